import { resetResult } from '../../contract/api.ts';
import { userOf } from '../authenticate.ts';
import { guards } from '../guards.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

export function sessionRoutes(app: App, options: Pick<ServerOptions, 'turns'>): void {
  app.post(
    '/api/session/reset',
    {
      config: { guard: guards.ask },
      schema: {
        summary: 'Begin the conversation that was used last anew with the agent',
        description: 'Stops what is open in it. The history stays.',
        response: responses({ 200: resetResult }, 'mriver_unreachable', 'shim_error'),
      },
    },
    async (request) => {
      const user = userOf(request);
      const { name, generation } = await options.turns.reset(user.id);
      return { session: name, generation };
    },
  );
}
