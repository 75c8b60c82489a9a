/** Who asks: by the cookie of a signed-in browser, or by a bearer token. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hashSecret } from '../audit/secrets.ts';
import type { User } from '../audit/store.ts';
import { PaliadinError } from '../contract/errors.ts';
import { cookieName } from './browser-cookie.ts';
import { requireOrigin } from './guard.ts';
import type { App, Identity, ServerOptions } from './options.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'secureCookies'>;

export function identify(app: App, options: Needs): void {
  app.addHook('onRequest', async (request) => {
    if (isOpen(request)) return; // not to need the store
    request.identity = await whoAsks(request, options);
  });
}

/** Before the body is read. */
export function requireUser(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isOpen(request)) return;
    if (request.identity === null) refuse(reply);
    else if (request.identity.user.disabledAt !== null) throw new PaliadinError('not_allowed', DISABLED);
    else if (request.identity.way === 'cookie') requireOrigin(request);
  });
}

/** A token wins over a cookie, so that whoever sends one knows which it was. */
export async function whoAsks(request: FastifyRequest, options: Needs): Promise<Identity | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const secret = BEARER.exec(authorization)?.[1];
    return secret === undefined ? null : await stillIn({ way: 'token', hash: hashSecret(secret) }, options);
  }
  const secret = request.cookies[cookieName(options)];
  return secret === undefined ? null : await stillIn({ way: 'cookie', hash: hashSecret(secret) }, options);
}

/** Whom a secret lets in now; null once it is revoked or too old. */
export async function stillIn(
  { way, hash }: Pick<Identity, 'way' | 'hash'>,
  { store, clock }: Needs,
): Promise<Identity | null> {
  const now = clock();
  const user =
    way === 'token'
      ? ((await store.signIn.byToken(hash, now))?.user ?? null)
      : await store.signIn.byBrowserSession(hash, now);
  return user === null ? null : { user, way, hash };
}

/** The user of a request that `requireUser` let pass. */
export function userOf(request: FastifyRequest): User {
  return identityOf(request).user;
}

export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new PaliadinError('unauthenticated');
  return request.identity;
}

export const DISABLED = 'the owner has disabled this user';

const BEARER = /^Bearer +([A-Za-z0-9_-]{1,200})$/i;

function isOpen(request: FastifyRequest): boolean {
  return request.is404 || request.routeOptions.config.open === true;
}

function refuse(reply: FastifyReply): never {
  reply.header('www-authenticate', 'Bearer');
  throw new PaliadinError('unauthenticated', 'sign in, or send a valid token as Authorization: Bearer …');
}
