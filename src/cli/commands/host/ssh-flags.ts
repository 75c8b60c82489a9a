/** Options for the owner's own ssh that its configuration does not contain. */
import { resolve } from 'node:path';
import type { SshOptions } from '../../../setup/over-ssh/owner-ssh.ts';

export interface SshFlags {
  identity?: string;
  sshConfig?: string;
  sshOption?: string[];
}

/** Paths are made whole: another command may run elsewhere. */
export function toSshOptions({ identity, sshConfig, sshOption = [] }: SshFlags): SshOptions {
  return {
    ...(identity !== undefined && { identity: resolve(identity) }),
    ...(sshConfig !== undefined && { config: resolve(sshConfig) }),
    options: sshOption,
  };
}

export function hasSshOptions({ identity, sshConfig, sshOption = [] }: SshFlags): boolean {
  return identity !== undefined || sshConfig !== undefined || sshOption.length > 0;
}
