import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hashSecret, mintBrowserSession } from '../../audit/secrets.ts';
import type { BrowserWay, User } from '../../audit/store.ts';
import { codeBody, signInWays, tokenBody } from '../../contract/api.ts';
import { asPaliadinError, PaliadinError } from '../../contract/errors.ts';
import { APPLICATION_SESSION_MS, BROWSER_SESSION_MS, cookieOf, setCookie } from '../browser-cookie.ts';
import { DISABLED } from '../guards.ts';
import { noSecurity, responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import { limitFailures } from '../rate-limit.ts';
import type { Doors } from '../sign-in/doors.ts';
import type { Teller } from '../sign-in/tell.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'random' | 'publicOrigins' | 'signIn'>;

export function signInRoutes(app: App, options: Needs, doors: Doors, { tell }: Teller): void {
  const { store, clock, random, signIn } = options;
  const failures = limitFailures(app, MAX_FAILURES);

  app.get(
    '/api/auth/ways',
    {
      config: { open: true },
      schema: {
        summary: 'By which ways people sign in here',
        security: noSecurity,
        response: responses({ 200: signInWays }),
      },
    },
    async () => ({ application: signIn?.jwt != null, proxy: signIn?.proxy != null }),
  );

  app.post(
    '/api/auth/code',
    {
      config: { open: true },
      schema: {
        summary: 'Sign this browser in with a one-time code',
        description: 'The code of the link that the owner’s command line prints. It works once, for 15 minutes.',
        security: noSecurity,
        body: codeBody,
        response: responses({ 204: nothing }, 'bad_request'),
      },
    },
    async (request, reply) => {
      await letIn(request, reply, 'code', async () => {
        const user = await store.signIn.takeCode(hashSecret(request.body.code), clock());
        if (user !== null) return user;
        throw new PaliadinError('unauthenticated', 'this code is unknown, used or too old; ask for a new link');
      });
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/auth/token',
    {
      config: { open: true },
      schema: {
        summary: 'Sign this browser in with the application’s token',
        description:
          'A JWT that the application signed. The browser stays signed in for 12 hours, however short the token lives; ' +
          'until its user is signed out everywhere, or the application’s key is replaced.',
        security: noSecurity,
        body: tokenBody,
        response: responses({ 204: nothing }, 'bad_request'),
      },
    },
    async (request, reply) => {
      await letIn(request, reply, 'jwt', async () => (await doors.byApplication(request.body.token)).user);
      return reply.code(204).send();
    },
  );

  /** Wrong attempts are counted, then not even a right one is listened to. */
  async function letIn(
    request: FastifyRequest,
    reply: FastifyReply,
    way: BrowserWay,
    find: () => Promise<User>,
  ): Promise<void> {
    await failures.check(request, reply);
    const user = await find().catch(async (error: unknown) => {
      const { code, detail } = asPaliadinError(error, 'internal');
      if (code === 'unauthenticated') {
        await failures.failed(request);
        tell({ kind: 'sign-in-denied', userId: null, way, reason: detail ?? code });
      }
      throw error;
    });
    if (user.disabledAt !== null) {
      tell({ kind: 'sign-in-denied', userId: user.id, way, reason: 'disabled' });
      throw new PaliadinError('not_allowed', DISABLED);
    }
    await forget(cookieOf(request, options));
    const now = clock();
    const [lifetimeMs, keyDigest] =
      way === 'code' ? [BROWSER_SESSION_MS, null] : [APPLICATION_SESSION_MS, signIn?.jwt?.keyDigest ?? null];
    const secret = await mintBrowserSession(
      { signIn: store.signIn, random, now },
      { userId: user.id, expiresAt: now + lifetimeMs, way, keyDigest },
    );
    setCookie(request, reply, secret, lifetimeMs, options);
    tell({ kind: 'sign-in', userId: user.id, way, onRecord: true });
  }

  /** The session that this browser had before: it can't be used any more, so nobody else shall. */
  async function forget(secret: string | undefined): Promise<void> {
    if (secret !== undefined) await store.signIn.dropBrowserSession(hashSecret(secret));
  }
}

// Nobody guesses 256 bits; this is against those who try, and for those who see the log.
const MAX_FAILURES = 10;

const nothing = z.undefined().describe('done');
