import { z } from 'zod';
import { sessionParams } from '../../../contract/admin/sessions.ts';
import type { ScreenView } from '../../../contract/screen.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { numbered } from '../../sse.ts';
import type { Streams } from '../../streams.ts';

export function screenRoute(app: App, { services }: Pick<ServerOptions, 'services'>, streams: Streams): void {
  app.get(
    '/api/admin/sessions/:name/screen',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'What a terminal shows, as it changes',
        description:
          'Server-sent events of type `screen`: one at once, then one whenever something was drawn, at most four a ' +
          'second. Nothing is typed. While nobody looks, nothing is asked of the host.',
        params: sessionParams,
        response: responses(
          { 200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } } },
          ...(['bad_request', 'not_found', 'disabled', 'mriver_unreachable', 'shim_outdated'] as const),
        ),
      },
    },
    async (request, reply) => {
      streams.requireRoom(request); // before the audit log records the view
      const watch = await services.sessionControl.watchScreen(userOf(request), request.params.name);
      return streams.send(request, reply, (signal) => numbered(asEvents(watch(signal))));
    },
  );
}

async function* asEvents(screens: AsyncIterable<ScreenView>): AsyncGenerator<{ type: 'screen' } & ScreenView> {
  for await (const screen of screens) yield { type: 'screen', ...screen };
}
