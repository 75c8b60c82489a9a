/** The long-lived process on the host: it owns panes and journal, and serves callers on a unix socket. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Host } from '../contract/host.ts';
import { serveHost } from '../transport/serve-host.ts';

export interface Daemon {
  /** Stops listening and closes the callers' connections. Panes and agents continue. */
  close(): Promise<void>;
}

/**
 * Serves the host on a socket that only its owner can reach. The caller holds the lock of the directory, so an existing
 * socket is left over from a killed daemon.
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
    caller.on('error', () => {}); // a lost caller: its channel ends with the connection
    caller.once('close', () => callers.delete(caller));
    serveHost(host, caller).catch((error) => onError('a channel failed', error));
  });
  await listen(server, socket);
  await chmod(socket, 0o600);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const caller of callers) caller.destroySoon(); // pending output is still sent
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
