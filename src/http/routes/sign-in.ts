import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  codeBody,
  embedBody,
  embedded,
  type SignedIn,
  signedIn,
  signInWays,
  tokenBody,
  wouldReplace,
} from '../../contract/api.ts';
import type { NewSession } from '../../services/sign-in/sign-in.ts';
import { browserSecrets, setCookie } from '../browser-cookie.ts';
import { clientKey } from '../client-address.ts';
import { noSecurity, responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import type { RateLimit } from '../rate-limit.ts';

type Needs = Pick<ServerOptions, 'services' | 'publicOrigins' | 'proxy' | 'appUrl'>;

export function signInRoutes(app: App, options: Needs, limit: RateLimit): void {
  const { signIn } = options.services;
  const at = (request: FastifyRequest) => ({ browser: browserSecrets(request, options), client: clientKey(request) });

  app.get(
    '/api/auth/ways',
    {
      // Everyone who signs in begins here; others behind the same address must not be able to block it.
      config: { open: true, unlimited: true },
      schema: {
        summary: 'By which ways people sign in here',
        security: noSecurity,
        response: responses({ 200: signInWays }),
      },
    },
    async (request) => ({
      application: signIn.application,
      applicationUrl: options.appUrl ?? null,
      proxy: options.proxy != null,
      // Requested only by a page where nobody is signed in.
      lapsed: await signIn.lapsed(browserSecrets(request, options)),
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
      const entered = await signIn.withCode(code, { ...at(request), replace });
      return entered.signedIn ? keep(request, reply, entered) : entered;
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
          'until its user is signed out everywhere, or the application’s key is replaced. The application knows who uses the ' +
          'browser, so whoever was signed in there is replaced; with `replace` false, nothing changes where that is somebody else.',
        security: noSecurity,
        body: tokenBody,
        response: responses({ 200: z.union([signedIn, wouldReplace]) }, 'bad_request'),
      },
    },
    async (request, reply) => {
      const count = ({ id }: { id: string }) => limit.ofUser(id);
      const { token, replace } = request.body;
      const entered = await signIn.withApplicationToken(token, { ...at(request), replace }, count);
      return entered.signedIn ? keep(request, reply, entered) : entered;
    },
  );

  app.post(
    '/api/auth/embed',
    {
      config: { open: true, signsIn: true },
      bodyLimit: MAX_SECRET_BYTES,
      schema: {
        summary: 'Exchange the application’s token for a bearer of an embedded chat',
        description:
          'For the frame in an application’s page, which has no cookie. The bearer holds as long as the token would. ' +
          'Signing out with it ends it, and the token with it.',
        security: noSecurity,
        body: embedBody,
        response: responses({ 200: embedded }, 'bad_request'),
      },
    },
    async (request) => signIn.embed(request.body.token, { client: clientKey(request) }, ({ id }) => limit.ofUser(id)),
  );

  function keep(request: FastifyRequest, reply: FastifyReply, session: NewSession): SignedIn {
    const { secret, sessionKey, lifetimeMs } = session;
    setCookie(request, reply, secret, lifetimeMs, options);
    return { signedIn: true, sessionKey };
  }
}

// More than the largest token that is accepted.
const MAX_SECRET_BYTES = 32 * 1024;
