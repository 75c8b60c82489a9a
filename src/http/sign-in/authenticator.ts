/**
 * Authenticates by an API token, an application's token, a proxy's header, or the cookie and session key of a signed-in
 * browser.
 */
import type { FastifyRequest } from 'fastify';
import { PaliadinError } from '../../contract/errors.ts';
import type { Identity } from '../../services/sign-in/identity.ts';
import { browserSecrets } from '../browser-cookie.ts';
import type { ServerOptions } from '../options.ts';
import { namedByProxy } from './proxy.ts';

/** Null where nobody is signed in. @throws PaliadinError with the reason where the credentials are refused */
export type Authenticate = (request: FastifyRequest) => Promise<Identity | null>;

type Needs = Pick<ServerOptions, 'services' | 'publicOrigins' | 'proxy' | 'trustsProxy'>;

export function createAuthenticator(options: Needs): Authenticate {
  const { signIn } = options.services;
  return async (request) => {
    const { authorization } = request.headers;
    // First: a client that sends a token means to be authenticated by it.
    if (authorization !== undefined) {
      const secret = BEARER.exec(authorization)?.[1];
      if (secret === undefined) throw notBearer();
      return await signIn.byBearer(secret);
    }
    // Before a cookie, which may belong to an earlier user of this browser.
    const named = namedByProxy(request, options);
    if (named !== null) return await signIn.byProxy(named);
    return await signIn.byBrowser(browserSecrets(request, options));
  };
}

function notBearer(): PaliadinError {
  const detail = 'the Authorization header has to be `Bearer`, a space, and an API token or a JWT';
  return new PaliadinError('unauthenticated', detail, { reason: 'token_malformed' });
}

// Our API tokens have no dots, a JWT has two. Node accepts 16 KiB of headers.
const BEARER = /^Bearer +([A-Za-z0-9_-]{1,200}|[A-Za-z0-9_-]{1,4000}(?:\.[A-Za-z0-9_-]{0,8000}){2})$/i;
