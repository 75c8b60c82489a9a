/** Leaves in order: nothing new, a moment for what is under way, and then no waiting for anybody. */
import { PaliadinError } from '../contract/errors.ts';
import { withStatus } from './errors.ts';
import type { App } from './options.ts';

export function refuseWhenClosing(app: App): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
    // Browsers open connections in advance, and one that never asked anything would keep us from closing.
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

const RETRY_AFTER_S = 5;
