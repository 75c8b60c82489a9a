/** Which targets a link in an answer may have. An answer is written by an agent that read who knows what. */
import { parseChip } from '../../../contract/chips.ts';

/** The target, or nothing where it is neither web, mail nor a chip. Relative ones would point into this page. */
export function safeHref(href: string): string {
  if (parseChip(href) !== null) return href;
  const url = parseUrl(href);
  return url !== null && SAFE_PROTOCOLS.includes(url.protocol) ? url.href : '';
}

/**
 * Where a chip of the application leads: on the origin of the page where it was asked, if that is one of the
 * application's, and nowhere else.
 */
export function chipTarget(path: string, base: string | null, appOrigins: readonly string[]): string | null {
  const page = base === null ? null : parseUrl(base);
  if (page === null || !WEB_PROTOCOLS.includes(page.protocol) || !appOrigins.includes(page.origin)) return null;
  const target = parseUrl(path, page.origin);
  // The protocol too: a `blob:` of the application's has its origin.
  return target?.origin === page.origin && target.protocol === page.protocol ? target.href : null;
}

/** As the loader opens it: a path of the application, below the address that its tag names. */
export function entityTarget(path: string, base: string): string | null {
  if (!/^\/(?![/\\])/.test(path) || !URL.canParse(`.${path}`, base)) return null;
  const { href } = new URL(`.${path}`, base);
  return href.startsWith(base) ? href : null;
}

function parseUrl(href: string, base?: string): URL | null {
  return URL.canParse(href, base) ? new URL(href, base) : null;
}

const WEB_PROTOCOLS = ['http:', 'https:'];
const SAFE_PROTOCOLS = [...WEB_PROTOCOLS, 'mailto:'];
