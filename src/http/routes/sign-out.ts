import { z } from 'zod';
import { adminSignOutBody, signedOut, signOutBody } from '../../contract/api.ts';
import { identityOf, userOf } from '../authenticate.ts';
import { clearCookie } from '../browser-cookie.ts';
import { guards } from '../guards.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

type Needs = Pick<ServerOptions, 'services' | 'publicOrigins'>;

export function signOutRoutes(app: App, options: Needs): void {
  const { signIn, users } = options.services;

  app.post(
    '/api/auth/sign-out',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Sign this browser out, or every one',
        description:
          'Its session ends, and with it its open event streams. With `everywhere` those of all one’s browsers, one’s ' +
          'unused sign-in links, and what the application’s tokens said before. API tokens stay valid.',
        body: signOutBody.nullish(),
        response: responses({ 204: z.undefined().describe('done') }),
      },
    },
    async (request, reply) => {
      await signIn.signOut(identityOf(request), { everywhere: request.body?.everywhere === true });
      clearCookie(request, reply, options);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/admin/users/:userId/sign-out',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Sign a user out everywhere',
        description:
          'As the user themselves can; with `tokens` their API tokens end too. Only the owner can do it to the owner.',
        params: z.object({ userId: z.uuid() }),
        body: adminSignOutBody.nullish(),
        response: responses({ 200: signedOut }, 'bad_request', 'not_found'),
      },
    },
    async (request) => {
      const tokens = request.body?.tokens === true;
      const { user: _, ...ended } = await users.signOut(userOf(request), request.params.userId, { tokens });
      return ended;
    },
  );
}
