/**
 * Where the person came from: context for the agent, which the person sees and can take away. Only pages of the
 * application, since anybody can make a link to this page; the gateway leaves out any other as well.
 */

interface Visit {
  search: string;
  referrer: string;
  appOrigins: readonly string[];
}

/** The embedding page says it in `?page=`; otherwise the page that linked here. */
export function pageOrigin({ search, referrer, appOrigins }: Visit): string | null {
  const given = new URLSearchParams(search).get('page')?.trim();
  return appPage(given || referrer, appOrigins)?.slice(0, MAX_LENGTH) ?? null;
}

/** As `turn/app-page.ts` says, which decides. */
function appPage(written: string, origins: readonly string[]): string | null {
  const [first] = origins;
  if (first === undefined) return null;
  const address = /^\/(?![/\\])/.test(written) ? first + written : written;
  if (!URL.canParse(address)) return null;
  const { protocol, origin, username, password, href } = new URL(address);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return null;
  return origins.includes(origin) ? href : null;
}

/** What the API takes. */
const MAX_LENGTH = 512;
