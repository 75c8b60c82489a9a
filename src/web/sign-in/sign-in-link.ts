/**
 * A sign-in link carries its secret in the fragment, which no server and no log ever sees: a one-time code of the gateway, or
 * a token that the application has signed.
 */

export interface SignInLink {
  kind: 'code' | 'token';
  secret: string;
}

/** Takes the secret out of the address, so that it stays neither in view nor in the history. */
export function takeLink(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): SignInLink | null {
  const link = linkOf(location.hash);
  if (link !== null) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

/** What a person pasted: a whole link, or its code alone. */
export function pastedLink(text: string): SignInLink | null {
  const hash = text.indexOf('#');
  const link = hash < 0 ? null : linkOf(text.slice(hash).trim());
  if (link !== null) return link;
  const secret = text.trim();
  return secret === '' ? null : { kind: 'code', secret };
}

function linkOf(hash: string): SignInLink | null {
  const fragment = new URLSearchParams(hash.replace(/^#/, ''));
  for (const kind of ['code', 'token'] as const) {
    const secret = fragment.get(kind);
    if (secret) return { kind, secret };
  }
  return null;
}
