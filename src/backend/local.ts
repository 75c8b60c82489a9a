/** tmux and agent on this machine, behind the same daemon that a remote host runs. */
import { PaliadinError } from '../contract/errors.ts';
import { PROTOCOL_VERSION } from '../contract/host.ts';
import { type DaemonProcess, reachDaemon } from '../transport/daemon-process.ts';
import { type HostChannel, reachHost } from '../transport/reach-host.ts';
import { hostBackend } from './host-backend.ts';

export interface LocalOptions {
  host: string;
  agent: string;
  daemon: DaemonProcess;
  /** What a daemon says of itself that this gateway would start. */
  expected: { version: string; settings: string };
  giveUpMs: number;
  random(): number;
}

export function localBackend({ daemon, expected, ...options }: LocalOptions) {
  return hostBackend({ ...options, kind: 'local', open: () => reachExpected(daemon, expected) });
}

/** A daemon of another version or with other settings is replaced if nothing holds it. */
async function reachExpected(daemon: DaemonProcess, expected: LocalOptions['expected']): Promise<HostChannel> {
  const found = await reachHost(await reachDaemon(daemon));
  const { version, settings, protocol } = found.identity;
  if (version === expected.version && settings === expected.settings) return found;
  if (await found.retire()) {
    await found.closed;
    return reachHost(await reachDaemon(daemon));
  }
  if (protocol === PROTOCOL_VERSION) return found;
  found.close();
  throw new PaliadinError(
    'shim_outdated',
    `the host daemon speaks protocol ${protocol} (version ${version}), this gateway ${PROTOCOL_VERSION} (${expected.version}), and turns still run there`,
  );
}
