/** tmux and agent on this machine, behind the same daemon that runs on a remote host. */
import { type ExpectedDaemon, reachExpected } from '../transport/expected-daemon.ts';
import { reachHost } from '../transport/reach-host.ts';
import { type HostBackendOptions, hostBackend } from './host-backend.ts';

export interface LocalOptions extends Omit<HostBackendOptions, 'kind' | 'open'> {
  daemon: ExpectedDaemon;
}

export function localBackend({ daemon, ...options }: LocalOptions) {
  return hostBackend({ ...options, kind: 'local', open: async () => reachHost(await reachExpected(daemon)) });
}
