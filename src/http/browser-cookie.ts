/** The cookie of a signed-in browser. */
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { ServerOptions } from './options.ts';

type Needs = Pick<ServerOptions, 'secureCookies'>;

/** The prefix makes a browser refuse the cookie from anyone but this very host; it needs https. */
export function cookieName({ secureCookies }: Needs): string {
  return secureCookies ? '__Host-paliadin' : 'paliadin';
}

export function cookieOptions({ secureCookies }: Needs): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: secureCookies };
}

/** A month: signing in again takes one link. */
export const BROWSER_SESSION_MS = 30 * 24 * 60 * 60 * 1000;
