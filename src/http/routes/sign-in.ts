import { z } from 'zod';
import { hashSecret, mintBrowserSession } from '../../audit/secrets.ts';
import { codeBody } from '../../contract/api.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { DISABLED, identityOf } from '../authenticate.ts';
import { BROWSER_SESSION_MS, cookieName, cookieOptions } from '../browser-cookie.ts';
import { noSecurity, responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import { limitFailures } from '../rate-limit.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'random' | 'secureCookies'>;

export function signInRoutes(app: App, options: Needs): void {
  const { store, clock, random } = options;
  const failures = limitFailures(app, MAX_FAILURES);

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
      await failures.check(request, reply);
      const user = await store.signIn.takeCode(hashSecret(request.body.code), clock());
      if (user === null) {
        await failures.failed(request);
        throw new PaliadinError('unauthenticated', 'this code is unknown, used or too old; ask for a new link');
      }
      if (user.disabledAt !== null) throw new PaliadinError('not_allowed', DISABLED);
      await forget(request.cookies[cookieName(options)], options);
      const now = clock();
      const secret = await mintBrowserSession(
        { signIn: store.signIn, random, now },
        { userId: user.id, expiresAt: now + BROWSER_SESSION_MS, way: 'code', keyDigest: null },
      );
      reply.setCookie(cookieName(options), secret, { ...cookieOptions(options), maxAge: BROWSER_SESSION_MS / 1000 });
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/auth/sign-out',
    {
      schema: {
        summary: 'Sign this browser out',
        description: 'Its session ends, and with it its open event streams. A token stays valid.',
        response: responses({ 204: nothing }),
      },
    },
    async (request, reply) => {
      const { way, hash } = identityOf(request);
      if (way === 'cookie') await store.signIn.dropBrowserSession(hash);
      return reply.clearCookie(cookieName(options), cookieOptions(options)).code(204).send();
    },
  );
}

// Nobody guesses 256 bits; this is against those who try, and for those who see the log.
const MAX_FAILURES = 10;

const nothing = z.undefined().describe('done');

/** The session that this browser had before: it can't be used any more, so nobody else shall. */
async function forget(secret: string | undefined, { store }: Needs): Promise<void> {
  if (secret !== undefined) await store.signIn.dropBrowserSession(hashSecret(secret));
}
