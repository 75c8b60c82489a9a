/** Leaves in order: nothing new, a moment for what is under way, and then no waiting for anybody. */
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

// Whoever stops us gives ten seconds, and turns have to be put away too.
const GRACE_MS = 3000;

// A question that had been sent before we closed is here by then, and is told so instead of cut off.
const UNUSED_GRACE_MS = 200;

const RETRY_AFTER_S = 5;

/** Browsers open connections in advance. To Node, one that never asked anything is about to, and it would wait. */
function unusedConnections({ server }: App): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }: { socket: Socket }) => unused.delete(socket));
  return unused;
}
