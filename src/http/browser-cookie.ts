/**
 * The cookie of a signed-in browser. It is half of a sign-in: cookies do not know ports, so every server on this host gets
 * it, and may set it. The other half is the session key (`contract/session-key.ts`).
 */
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from './options.ts';
import { isSecure } from './public-address.ts';

type Needs = Pick<ServerOptions, 'publicOrigins'>;

/**
 * What the browser sends under our name. More than one value where a server on another port has set the same name for
 * another path: the browser puts that one first, and it must not hide ours.
 */
export function cookiesOf(request: FastifyRequest, options: Needs): string[] {
  return valuesOf(request, cookieName(request, options));
}

/** Of a version that had no session keys; all gateways on a host shared the name. */
export function cookiesWithoutKey(request: FastifyRequest, options: Needs): string[] {
  return valuesOf(request, `${prefix(isSecure(request, options))}paliadin`);
}

export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  lifetimeMs: number,
  options: Needs,
): void {
  const attributes = attributesFor(request, options);
  reply.setCookie(cookieName(request, options), secret, { ...attributes, maxAge: lifetimeMs / 1000 });
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply, options: Needs): void {
  reply.clearCookie(cookieName(request, options), attributesFor(request, options));
}

/** With the port, so that two gateways on one host do not sign each other out. */
export function cookieName(request: FastifyRequest, options: Needs): string {
  const secure = isSecure(request, options);
  // The name that a browser used; `own-pages.ts` lets none pass but ours.
  const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? (secure ? '443' : '80');
  return `${prefix(secure)}paliadin-${port}`;
}

/** It makes a browser refuse the cookie from anyone but this very host; it needs https. */
function prefix(secure: boolean): string {
  return secure ? '__Host-' : '';
}

function attributesFor(request: FastifyRequest, options: Needs): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(request, options) };
}

/** Ours are base64url, so nothing has to be decoded. */
function valuesOf({ headers }: FastifyRequest, name: string): string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  return values.slice(0, MAX_VALUES);
}

// Each path of ours has at most a dozen prefixes for which another server can set the name; ours comes last.
const MAX_VALUES = 32;

/** A month: signing in again takes one link. */
export const BROWSER_SESSION_MS = 30 * 24 * 60 * 60 * 1000;

/** A working day: the application signs its user in again by itself, if they are still its user. */
export const APPLICATION_SESSION_MS = 12 * 60 * 60 * 1000;
