import pTimeout from 'p-timeout';
import { PaliadinError } from '../../contract/errors.ts';
import { dial } from '../../transport/dial.ts';
import { type HostChannel, reachHost } from '../../transport/reach-host.ts';

/** A channel to the running daemon; null if none runs. @throws PaliadinError `mriver_unreachable` if it hangs. */
export async function reachRunning(path: string): Promise<HostChannel | null> {
  const socket = await dial(path, 'host daemon');
  return socket && reachHost(socket);
}

/** Waits until a daemon that was told to end has ended. @throws PaliadinError `mriver_unreachable` if it does not. */
export async function hasEnded({ closed }: HostChannel): Promise<void> {
  const message = new PaliadinError(
    'mriver_unreachable',
    'the host daemon says that it ends, and does not; end its process',
  );
  await pTimeout(closed, { milliseconds: END_MS, message });
}

// The daemon's own shutdown steps together take no longer; see `run-daemon.ts`.
const END_MS = 10_000;
