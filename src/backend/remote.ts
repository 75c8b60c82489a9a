/** tmux and agent on another machine, behind a shim that sshd runs for the gateway. */
import { reachOverSsh } from '../transport/ssh/reach.ts';
import type { SshTarget } from '../transport/ssh/target.ts';
import { type HostBackendOptions, hostBackend } from './host-backend.ts';

export interface RemoteOptions extends Omit<HostBackendOptions, 'kind' | 'agent' | 'open'> {
  /** Called for each channel. @throws PaliadinError where the host can't be reached from here. */
  target(): SshTarget;
  env: NodeJS.ProcessEnv;
}

export function remoteBackend({ target, env, ...options }: RemoteOptions) {
  const open = async () => reachOverSsh(target(), env);
  return hostBackend({ ...options, kind: 'remote', agent: null, open });
}
