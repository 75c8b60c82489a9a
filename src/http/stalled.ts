/** Cuts off whoever does not take their answer: it waits in memory. Event streams see to it themselves: `streams.ts`. */
import type { App, ServerOptions } from './options.ts';

export function cutStalledResponses(
  app: App,
  { responseStallMs = STALL_MS }: Pick<ServerOptions, 'responseStallMs'>,
): void {
  app.addHook('onSend', async (_request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
    // From here on there is nothing to do but to send. Node takes a slow reader's progress for activity.
    reply.raw.setTimeout(responseStallMs, () => reply.raw.destroy());
  });
}

// A telephone between two cells is back by then.
const STALL_MS = 30_000;
