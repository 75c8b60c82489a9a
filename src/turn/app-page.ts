/**
 * Where in the application a question was asked: a claim of the page, accepted only for pages of the listed origins.
 */

/**
 * The page's address, where a bare path is on the first origin; null for any other page. The origins are compared after
 * parsing: `https://app.example.evil.example` and `https://app.example@evil.example` begin like a listed origin. The
 * parsed form is stored, so that no other parser finds another host in it.
 */
export function appPage(written: string, origins: readonly string[]): string | null {
  const [first] = origins;
  if (first === undefined) return null;
  const path = /^\/(?![/\\])/.test(written);
  const address = path ? first + written : written;
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  return origins.includes(url.origin) ? url.href : null;
}
