import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { codeBody, type SignedIn, signedIn, signInWays, tokenBody, wouldReplace } from '../../contract/api.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { BrowserWay } from '../../contract/records/sign-in.ts';
import type { User } from '../../contract/records/user.ts';
import { hashSecret, mintBrowserSession } from '../../store/secrets.ts';
import {
  APPLICATION_SESSION_MS,
  BROWSER_SESSION_MS,
  cookiesOf,
  cookiesWithoutKey,
  setCookie,
} from '../browser-cookie.ts';
import { DISABLED } from '../guards.ts';
import { noSecurity, responses } from '../openapi.ts';
import type { App, Identity, ServerOptions } from '../options.ts';
import type { RateLimit } from '../rate-limit.ts';
import { limitAttempts } from '../sign-in/attempts.ts';
import type { Authenticators } from '../sign-in/authenticators.ts';
import type { SignInEvents } from '../sign-in/sign-in-events.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'random' | 'publicOrigins' | 'signIn'>;

export function signInRoutes(
  app: App,
  options: Needs,
  authenticators: Authenticators,
  signInEvents: SignInEvents,
  limit: RateLimit,
): void {
  const { store, clock, random, signIn } = options;
  const attempts = limitAttempts(signInEvents, () => performance.now());

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
    async (request) => ({
      application: signIn?.jwt != null,
      proxy: signIn?.proxy != null,
      lapsed: await lapsed(request),
    }),
  );

  app.post(
    '/api/auth/code',
    {
      config: { open: true, signsIn: true },
      bodyLimit: MAX_SECRET_BYTES,
      schema: {
        summary: 'Sign this browser in with a one-time code',
        description:
          'The code of the link that the owner’s command line prints. It works once, for 15 minutes. Where somebody else ' +
          'is signed in in this browser, nothing changes unless `replace` says so.',
        security: noSecurity,
        body: codeBody,
        response: responses({ 200: z.union([signedIn, wouldReplace]) }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const { code, replace } = request.body;
      const hash = hashSecret(code);
      const at = { request, reply };
      const user = await attempts.by('code', code, at, () => required(store.signIn.byCode(hash, clock())));
      refuseDisabled(user, 'code');
      const before = await authenticators.byBrowser(request);
      if (!replace && before !== null && before.user.disabledAt === null && before.user.id !== user.id) {
        return { signedIn: false as const, ...namesOf(before.user, user) };
      }
      await attempts.by('code', code, at, () => required(store.signIn.takeCode(hash, clock())));
      return await letIn(request, reply, { user, way: 'code', before });
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
        response: responses({ 200: signedIn }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const { token } = request.body;
      const user = await attempts.by('jwt', token, { request, reply }, async () => {
        const named = (await authenticators.byApplication(token)).user;
        // A code works once; a token could make sessions without end.
        await limit.ofUser(request, reply, named.id);
        return named;
      });
      refuseDisabled(user, 'jwt');
      // Not asked about, unlike a link: the application knows who sits there.
      return await letIn(request, reply, { user, way: 'jwt', before: await authenticators.byBrowser(request) });
    },
  );

  function refuseDisabled(user: User, way: BrowserWay): void {
    if (user.disabledAt === null) return;
    signInEvents.deny(`disabled ${user.id}`, { kind: 'sign-in-denied', userId: user.id, way, reason: 'disabled' });
    throw new PaliadinError('not_allowed', DISABLED);
  }

  /** `before`: who was signed in here until now. */
  async function letIn(
    request: FastifyRequest,
    reply: FastifyReply,
    { user, way, before }: { user: User; way: BrowserWay; before: Identity | null },
  ): Promise<SignedIn> {
    await forget(request, before);
    const now = clock();
    const [lifetimeMs, keyDigest] =
      way === 'code' ? [BROWSER_SESSION_MS, null] : [APPLICATION_SESSION_MS, signIn?.jwt?.keyDigest ?? null];
    const { secret, sessionKey } = await mintBrowserSession(
      { signIn: store.signIn, random, now },
      { userId: user.id, expiresAt: now + lifetimeMs, way, keyDigest },
    );
    setCookie(request, reply, secret, lifetimeMs, options);
    signInEvents.emit({ kind: 'sign-in', userId: user.id, way, onRecord: true });
    return { signedIn: true, sessionKey };
  }

  /** The sessions that this browser had before: it can't use them any more, so nobody else shall. */
  async function forget(request: FastifyRequest, before: Identity | null): Promise<void> {
    if (before !== null) await store.signIn.dropBrowserSession(before.hash);
    for (const hash of cookiesWithoutKey(request, options).map(hashSecret)) {
      if (await store.signIn.hasSessionWithoutKey([hash])) await store.signIn.dropBrowserSession(hash);
    }
  }

  /** Asked only by a page where nobody is signed in. */
  async function lapsed(request: FastifyRequest): Promise<'ended' | 'update' | null> {
    if (cookiesOf(request, options).length > 0) return 'ended';
    const old = cookiesWithoutKey(request, options).map(hashSecret);
    return (await store.signIn.hasSessionWithoutKey(old)) ? 'update' : null;
  }
}

async function required(found: Promise<User | null>): Promise<User> {
  const user = await found;
  if (user !== null) return user;
  throw new PaliadinError('unauthenticated', 'this code is unknown, used or too old; ask for a new link');
}

/** Two people may have the same name; then the names by which the gateway knows them say who is who. */
function namesOf(before: User, user: User): { signedInAs: string; linkFor: string } {
  const [signedInAs, linkFor] = [before, user].map(({ name, subject }) =>
    before.name === user.name ? `${name} (${subject})` : name,
  ) as [string, string];
  return { signedInAs, linkFor };
}

// More than the largest token that is taken.
const MAX_SECRET_BYTES = 32 * 1024;
