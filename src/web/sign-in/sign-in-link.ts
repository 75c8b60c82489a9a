/** A sign-in link carries its one-time code in the fragment, which no server and no log ever sees. */

/** Takes the code out of the address, so that it stays neither in view nor in the history. */
export function takeCode(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): string | null {
  const code = codeOf(location.hash);
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** The code in what a person pasted: a whole link, or the code alone. */
export function pastedCode(text: string): string {
  const hash = text.indexOf('#');
  return (hash < 0 ? null : codeOf(text.slice(hash).trim())) ?? text.trim();
}

function codeOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('code') || null;
}
