import { once } from 'node:events';
import { connect } from 'node:net';
import { type HostChannel, reachHost } from '../../transport/reach-host.ts';

/** A channel to the running daemon; null if none runs. */
export async function reachRunning(path: string): Promise<HostChannel | null> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    return null;
  }
  socket.on('error', () => {}); // from here on, a broken connection is the channel's end
  return reachHost(socket);
}
