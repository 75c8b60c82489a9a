/** The origins of the application's own pages, as `PALIADIN_APP_ORIGINS` lists them. */
import { isLoopback } from './loopback.ts';

/** Each as browsers write it; null if an entry is not an origin with https or on loopback. */
export function parseAppOrigins(list: string): string[] | null {
  const origins = list
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(originOf);
  return origins.some((origin) => origin === null) ? null : [...new Set(origins as string[])];
}

/** The address of a page of the application, as `PALIADIN_APP_URL` names it; null if it is none. */
export function parseAppUrl(written: string): string | null {
  const url = URL.parse(written);
  return url !== null && isSafe(url) && url.username === '' && url.password === '' ? url.href : null;
}

function originOf(part: string): string | null {
  const url = URL.parse(part);
  if (url === null || ![url.origin, `${url.origin}/`].includes(url.href)) return null;
  // To a policy of a browser it would mean any name.
  if (url.hostname.includes('*')) return null;
  return isSafe(url) ? url.origin : null;
}

/** Links lead there: on plain http, somebody on the network could impersonate the application. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
