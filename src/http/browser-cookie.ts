/**
 * The cookie of a signed-in browser. It is half of a sign-in: cookies are not bound to a port, so every server on this
 * host receives it, and may set it. The other half is the session key (`contract/session-key.ts`).
 */
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_KEY_HEADER } from '../contract/session-key.ts';
import type { BrowserSecrets } from '../services/sign-in/identity.ts';
import type { ServerOptions } from './options.ts';
import { isSecure } from './public-address.ts';

type Needs = Pick<ServerOptions, 'publicOrigins'>;

export function browserSecrets(request: FastifyRequest, options: Needs): BrowserSecrets {
  const key = request.headers[SESSION_KEY_HEADER];
  return {
    // More than one value where a server on another port has set the same name for another path: the browser puts that
    // one first, and it must not hide the gateway's own.
    cookies: valuesOf(request, cookieName(request, options)),
    sessionKey: typeof key === 'string' ? key : null,
    // The name from before it contained the port: all gateways on a host shared it.
    cookiesWithoutKey: valuesOf(request, `${prefix(isSecure(request, options))}paliadin`),
  };
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

/** Contains the port, so that two gateways on one host do not sign each other out. */
export function cookieName(request: FastifyRequest, options: Needs): string {
  const secure = isSecure(request, options);
  // The host name that the browser used; `own-pages.ts` accepts only the gateway's own.
  const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? (secure ? '443' : '80');
  return `${prefix(secure)}paliadin-${port}`;
}

/** The prefix makes a browser refuse the cookie from any other host; it requires https. */
function prefix(secure: boolean): string {
  return secure ? '__Host-' : '';
}

function attributesFor(request: FastifyRequest, options: Needs): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(request, options) };
}

/** The values are base64url, so nothing has to be decoded. */
function valuesOf({ headers }: FastifyRequest, name: string): string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  return values.slice(0, MAX_VALUES);
}

// Another server can set the name for at most a dozen prefixes of each path; the gateway's own cookie comes last.
const MAX_VALUES = 32;
