/** Logs one line for each answered request, without its URL, which may contain a search term. */
import type { App } from './options.ts';

export function logResponses(app: App): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...(request.turnId !== null && { turnId: request.turnId }),
      },
      'answered',
    );
  });
}
