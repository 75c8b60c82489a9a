/** Closes in order: nothing new is accepted, running requests get a moment, and then nobody is waited for. */
import type { Socket } from 'node:net';
import { PaliadinError } from '../contract/errors.ts';
import { withStatus } from './errors.ts';
import type { App } from './options.ts';

export function refuseWhenClosing(app: App): void {
  const unused = unusedConnections(app);
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
    setTimeout(() => {
      for (const socket of unused) socket.destroy();
    }, UNUSED_GRACE_MS).unref();
    setTimeout(() => app.server.closeAllConnections(), GRACE_MS).unref();
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!closing) return;
    reply.header('retry-after', RETRY_AFTER_S);
    throw withStatus(503, new PaliadinError('internal', 'the server is being stopped'));
  });
}

// The process has ten seconds to stop, and its turns have to be closed in that time too.
const GRACE_MS = 3000;

// A question that was sent before closing arrives within this time, and gets an answer instead of a broken connection.
const UNUSED_GRACE_MS = 200;

const RETRY_AFTER_S = 5;

/**
 * Browsers open connections in advance. Node takes one without a request for one that is about to send one, and would
 * wait for it.
 */
function unusedConnections({ server }: App): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }: { socket: Socket }) => unused.delete(socket));
  return unused;
}
