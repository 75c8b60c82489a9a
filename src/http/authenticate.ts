/** Authenticates the caller, before the body is read, and checks whether they may call this route. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asPaliadinError, PaliadinError } from '../contract/errors.ts';
import type { User } from '../contract/records/user.ts';
import { DISABLED, refusalOf } from '../services/authorisation.ts';
import type { Identity } from '../services/sign-in/identity.ts';
import type { SignInEvents } from '../services/sign-in/sign-in-events.ts';
import { clientKey } from './client-address.ts';
import type { App, ServerOptions } from './options.ts';
import { requireOrigin } from './own-pages.ts';
import type { Authenticate } from './sign-in/authenticator.ts';

export function identify(app: App, authenticate: Authenticate): void {
  app.addHook('onRequest', async (request) => {
    if (isOpen(request)) return; // so that open routes work without the store
    try {
      request.identity = await authenticate(request);
    } catch (error) {
      // Reported once the request has been counted.
      request.turnedAway = asPaliadinError(error, 'internal');
    }
  });
}

export function requireUser(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  const { emitSeldom } = services.signIn.events;
  app.addHook('onRequest', async (request, reply) => {
    if (isOpen(request)) return;
    const { identity } = request;
    if (identity === null) return refuse(request, reply, emitSeldom);
    const { user, way } = identity;
    if (user.disabledAt !== null) {
      emitSeldom(`disabled ${user.id}`, { kind: 'sign-in-denied', userId: user.id, way, reason: 'disabled' });
      throw new PaliadinError('not_allowed', DISABLED);
    }
    // A browser sends these by itself, whatever page makes the request. Behind a proxy that includes the proxy's
    // header. A cookie also needs the page's session key, which no other origin has; the origin check is a second line
    // of defence.
    if (way === 'cookie' || way === 'proxy') requireOrigin(request);
    const { guard } = request.routeOptions.config;
    // Startup fails if a route has neither guard nor `open`; should one exist all the same, its requests are refused.
    const refusal =
      guard === undefined ? new PaliadinError('not_allowed') : refusalOf(guard, identity, services.access);
    if (refusal !== null) throw refusal;
  });
}

/** The user of a request that `requireUser` let pass. */
export function userOf(request: FastifyRequest): User {
  return identityOf(request).user;
}

export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new PaliadinError('unauthenticated');
  return request.identity;
}

function isOpen(request: FastifyRequest): boolean {
  return request.is404 || request.routeOptions.config.open === true;
}

function refuse(request: FastifyRequest, reply: FastifyReply, emitSeldom: SignInEvents['emitSeldom']): never {
  const { turnedAway, headers } = request;
  const error =
    turnedAway ?? new PaliadinError('unauthenticated', 'sign in, or send a valid token as Authorization: Bearer …');
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (headers.authorization !== undefined) {
    const reason = error.detail ?? error.code;
    emitSeldom(`denied ${clientKey(request)}`, { kind: 'sign-in-denied', userId: null, way: 'token', reason });
  }
  throw error;
}
