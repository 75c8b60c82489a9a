/** The cookie of a signed-in browser. */
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from './options.ts';
import { isSecure } from './public-address.ts';

type Needs = Pick<ServerOptions, 'publicOrigins'>;

/** What the browser's cookie says; undefined where it has none. */
export function cookieOf(request: FastifyRequest, options: Needs): string | undefined {
  return request.cookies[cookieName(isSecure(request, options))];
}

export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  lifetimeMs: number,
  options: Needs,
): void {
  const secure = isSecure(request, options);
  reply.setCookie(cookieName(secure), secret, { ...attributes(secure), maxAge: lifetimeMs / 1000 });
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply, options: Needs): void {
  const secure = isSecure(request, options);
  reply.clearCookie(cookieName(secure), attributes(secure));
}

/** The prefix makes a browser refuse the cookie from anyone but this very host; it needs https. */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-paliadin' : 'paliadin';
}

function attributes(secure: boolean): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure };
}

/** A month: signing in again takes one link. */
export const BROWSER_SESSION_MS = 30 * 24 * 60 * 60 * 1000;

/** A working day: the application signs its user in again by itself, if they are still its user. */
export const APPLICATION_SESSION_MS = 12 * 60 * 60 * 1000;
