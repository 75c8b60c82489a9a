import { z } from 'zod';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { numbered } from '../../sse.ts';
import type { Streams } from '../../streams.ts';

export function eventRoute(app: App, { services }: Pick<ServerOptions, 'services'>, streams: Streams): void {
  app.get(
    '/api/admin/events',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'What changes, as it changes',
        description:
          'Server-sent events that say what changed, not what it is now: `turns`, `sessions`, `hosts`, `users`, `audit`. ' +
          'At most two a second of each. Nothing is replayed: who was away reloads.',
        response: responses({
          200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } },
        }),
      },
    },
    async (request, reply) => streams.send(request, reply, (signal) => numbered(services.changes(signal))),
  );
}
