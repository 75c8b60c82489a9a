/** How the owner's own ssh is to be called, where its configuration does not say it all. */
import { resolve } from 'node:path';
import type { SshWishes } from '../../../setup/over-ssh/owner-ssh.ts';

export interface SshOptions {
  identity?: string;
  sshConfig?: string;
  sshOption?: string[];
}

/** Paths are made whole: another command may run elsewhere. */
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
