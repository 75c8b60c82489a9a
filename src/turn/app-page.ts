/** Where in the application a question was asked: a claim of the page, and heard only of pages of the listed origins. */

/**
 * The page's address, on the first origin where it is only a path; null for any other page. By its origin once it is
 * parsed: `https://app.example.evil.example` and `https://app.example@evil.example` begin like ours. What is kept is what
 * was parsed, so that nobody who reads it in another way finds another host.
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
