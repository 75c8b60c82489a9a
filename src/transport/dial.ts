import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PaliadinError } from '../contract/errors.ts';

/**
 * Connects to a socket of this machine; null if no process listens there. `name` is the process's, for the error.
 *
 * @throws PaliadinError `mriver_unreachable` if the connection can't be made, or is not made in time.
 */
export async function dial(path: string, name: string): Promise<Socket | null> {
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
  } catch (error) {
    socket.destroy();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return null;
    throw new PaliadinError('mriver_unreachable', `the ${name} can't be reached: ${message}`, { cause: error });
  }
  socket.on('error', () => {}); // from here on, a broken connection is the channel's end
  return socket;
}

// The system connects at once, or waits for a process that accepts nothing.
const CONNECT_MS = 5_000;
