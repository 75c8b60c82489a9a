/**
 * Closes the connection of a reader that does not take its response, which stays in memory meanwhile. Event streams do
 * this themselves: `streams.ts`.
 */
import type { App, ServerOptions } from './options.ts';

export function cutStalledResponses(
  app: App,
  { responseStallMs = STALL_MS }: Pick<ServerOptions, 'responseStallMs'>,
): void {
  app.addHook('onSend', async (_request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
    // From here on nothing is left but sending. Node counts a slow reader's progress as activity.
    reply.raw.setTimeout(responseStallMs, () => reply.raw.destroy());
  });
}

// A phone between two cells is back by then.
const STALL_MS = 30_000;
