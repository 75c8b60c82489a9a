/** The metrics of the server. */
import { guards } from './guards.ts';
import type { App, ServerOptions } from './options.ts';

export function measureResponses(app: App, { metrics }: Pick<ServerOptions, 'metrics'>): void {
  if (metrics === undefined) return;
  app.addHook('onResponse', async (request, reply) => {
    metrics.answered({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
  });
}

export function metricsRoute(app: App, { metrics }: Pick<ServerOptions, 'metrics'>): void {
  if (metrics === undefined) return;
  app.get('/metrics', { config: { guard: guards.metrics }, schema: { hide: true } }, async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
