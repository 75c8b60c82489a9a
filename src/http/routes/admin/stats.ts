import { stats, statsQuery } from '../../../contract/admin/stats.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';

export function statsRoute(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  app.get(
    '/api/admin/stats',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Whether it works, who uses it, what failed',
        description: 'Counts and durations, over time and in all. They are kept by the hour.',
        querystring: statsQuery,
        response: responses({ 200: stats }, 'bad_request'),
      },
    },
    async ({ query }) => await services.statistics.read(query),
  );
}
