import { z } from 'zod';
import { adminSignOutBody, signedOut, signOutBody } from '../../contract/api.ts';
import { identityOf, userOf } from '../authenticate.ts';
import { clearCookie } from '../browser-cookie.ts';
import { guards } from '../guards.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import type { SignInEvents } from '../sign-in/sign-in-events.ts';

type Needs = Pick<ServerOptions, 'store' | 'users' | 'clock' | 'publicOrigins'>;

export function signOutRoutes(app: App, options: Needs, { emit }: SignInEvents): void {
  const { store, users, clock } = options;

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
      const { way, hash, user } = identityOf(request);
      if (request.body?.everywhere === true) {
        await store.signIn.signOutEverywhere(user.id, { now: clock(), tokens: false, actor: user.id });
        emit({ kind: 'sign-out', userId: user.id, way, reason: 'everywhere', onRecord: true });
      } else if (way === 'cookie') {
        await store.signIn.dropBrowserSession(hash);
        emit({ kind: 'sign-out', userId: user.id, way });
      }
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
      const by = userOf(request);
      const tokens = request.body?.tokens === true;
      const { user, ...ended } = await users.signOut(by, request.params.userId, { tokens });
      emit({ kind: 'sign-out', userId: user.id, way: 'admin', reason: `by ${by.id}`, onRecord: true });
      return ended;
    },
  );
}
