/** Which targets a link in an answer may have. An answer is written by an agent that read who knows what. */
import { parseChip } from '../../../contract/chips.ts';

/** The target, or nothing where it is neither web, mail nor a chip. Relative ones would point into this page. */
export function safeHref(href: string): string {
  if (parseChip(href) !== null) return href;
  const url = parseUrl(href);
  return url !== null && SAFE_PROTOCOLS.includes(url.protocol) ? url.href : '';
}

/** Where a chip of the application leads, on the application's own origin and nowhere else. */
export function chipTarget(path: string, base: string | null): string | null {
  const origin = base === null ? null : parseUrl(base);
  if (origin === null || !WEB_PROTOCOLS.includes(origin.protocol)) return null;
  const target = parseUrl(path, origin.href);
  return target?.origin === origin.origin ? target.href : null;
}

function parseUrl(href: string, base?: string): URL | null {
  return URL.canParse(href, base) ? new URL(href, base) : null;
}

const WEB_PROTOCOLS = ['http:', 'https:'];
const SAFE_PROTOCOLS = [...WEB_PROTOCOLS, 'mailto:'];
