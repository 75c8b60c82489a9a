/** The long-lived process on the host: it owns panes and journal, and answers on a unix socket. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Host } from '../contract/host.ts';
import { serveHost } from '../transport/serve-host.ts';

export interface Daemon {
  /** Stops listening and lets go of the callers. Panes and agents go on. */
  close(): Promise<void>;
}

/**
 * Serves the host on a socket that only its owner can reach. Whoever calls this has claimed the
 * directory, so a socket that is there already is what a killed daemon left.
 */
export async function startDaemon(
  host: Host,
  socket: string,
  onError: (what: string, error: unknown) => void,
): Promise<Daemon> {
  await rm(socket, { force: true });
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.on('error', () => {}); // a caller who vanished: its channel ends with it
    caller.once('close', () => callers.delete(caller));
    serveHost(host, caller).catch((error) => onError('a channel failed', error));
  });
  await listen(server, socket);
  await chmod(socket, 0o600);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const caller of callers) caller.destroySoon(); // what was said last still goes out
      await closed;
    },
  };
}

function listen(server: Server, socket: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(socket, resolve);
  return promise;
}
