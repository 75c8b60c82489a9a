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

function originOf(part: string): string | null {
  const url = URL.parse(part);
  if (url === null || ![url.origin, `${url.origin}/`].includes(url.href)) return null;
  // Links in answers lead there: on plain http, somebody on the network could impersonate the application.
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)) ? url.origin : null;
}
