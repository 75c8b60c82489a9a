/** Options for the owner's own ssh that its configuration does not contain. */
import { resolve } from 'node:path';
import type { SshWishes } from '../../../setup/over-ssh/owner-ssh.ts';

export interface SshOptions {
  identity?: string;
  sshConfig?: string;
  sshOption?: string[];
}

/** Paths are made absolute: another command may run in another directory. */
export function toWishes({ identity, sshConfig, sshOption = [] }: SshOptions): SshWishes {
  return {
    ...(identity !== undefined && { identity: resolve(identity) }),
    ...(sshConfig !== undefined && { config: resolve(sshConfig) }),
    options: sshOption,
  };
}

export function hasWishes({ identity, sshConfig, sshOption = [] }: SshOptions): boolean {
  return identity !== undefined || sshConfig !== undefined || sshOption.length > 0;
}
