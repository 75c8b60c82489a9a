import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { hashSecret, mintBrowserSession } from '../../audit/secrets.ts';
import type { BrowserWay, User } from '../../audit/store.ts';
import { codeBody, signInWays, tokenBody } from '../../contract/api.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { APPLICATION_SESSION_MS, BROWSER_SESSION_MS, cookieOf, setCookie } from '../browser-cookie.ts';
import { DISABLED } from '../guards.ts';
import { noSecurity, responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import type { RateLimit } from '../rate-limit.ts';
import { limitAttempts } from '../sign-in/attempts.ts';
import type { Doors } from '../sign-in/doors.ts';
import type { Teller } from '../sign-in/tell.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'random' | 'publicOrigins' | 'signIn'>;

export function signInRoutes(app: App, options: Needs, doors: Doors, teller: Teller, limit: RateLimit): void {
  const { store, clock, random, signIn } = options;
  const attempts = limitAttempts(teller, () => performance.now());

  app.get(
    '/api/auth/ways',
    {
      // Whoever signs in begins here; others behind their address shall not keep them from it.
      config: { open: true, unlimited: true },
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
      config: { open: true, signsIn: true },
      bodyLimit: MAX_SECRET_BYTES,
      schema: {
        summary: 'Sign this browser in with a one-time code',
        description: 'The code of the link that the owner’s command line prints. It works once, for 15 minutes.',
        security: noSecurity,
        body: codeBody,
        response: responses({ 204: nothing }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const { code } = request.body;
      await letIn(request, reply, 'code', code, async () => {
        const user = await store.signIn.takeCode(hashSecret(code), clock());
        if (user !== null) return user;
        throw new PaliadinError('unauthenticated', 'this code is unknown, used or too old; ask for a new link');
      });
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/auth/token',
    {
      config: { open: true, signsIn: true },
      bodyLimit: MAX_SECRET_BYTES,
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
      const { token } = request.body;
      await letIn(request, reply, 'jwt', token, async () => {
        const { user } = await doors.byApplication(token);
        // A code works once; a token could make sessions without end.
        await limit.ofUser(request, reply, user.id);
        return user;
      });
      return reply.code(204).send();
    },
  );

  async function letIn(
    request: FastifyRequest,
    reply: FastifyReply,
    way: BrowserWay,
    presented: string,
    find: () => Promise<User>,
  ): Promise<void> {
    const user = await attempts.by(way, presented, { request, reply }, find);
    if (user.disabledAt !== null) {
      teller.deny(`disabled ${user.id}`, { kind: 'sign-in-denied', userId: user.id, way, reason: 'disabled' });
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
    teller.tell({ kind: 'sign-in', userId: user.id, way, onRecord: true });
  }

  /** The session that this browser had before: it can't be used any more, so nobody else shall. */
  async function forget(secret: string | undefined): Promise<void> {
    if (secret !== undefined) await store.signIn.dropBrowserSession(hashSecret(secret));
  }
}

// More than the largest token that is taken.
const MAX_SECRET_BYTES = 32 * 1024;

const nothing = z.undefined().describe('done');
