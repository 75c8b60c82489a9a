/** The caller, and how they signed in. */
import type { User } from '../../contract/records/user.ts';
import type { Scope } from '../../contract/scopes.ts';

export interface Identity {
  user: User;
  /** `token`: an API token of ours. `jwt`: the application's. `proxy`: named by a proxy. */
  way: 'cookie' | 'token' | 'jwt' | 'proxy';
  /** Hash of the secret that they signed in with; empty where there is none. */
  hash: string;
  /** Hash of the session key; only where they signed in with a cookie. */
  keyHash?: string;
  /** Of the key that signed an application's token. */
  keyDigest?: string;
  /** `hash` is that of a bearer which the application's token was exchanged for. */
  embedded?: true;
  /** The token's scopes; null: whatever its user may do. */
  scopes: readonly Scope[] | null;
  /** When an application's token was issued, in UTC milliseconds. */
  issuedAt: number | null;
  expiresAt: number | null;
}

/** The secrets that a browser presents. */
export interface BrowserSecrets {
  /** Its cookies of our name. More than one where a server on another port has set the same name. */
  cookies: readonly string[];
  /** The session key of its page; null where that has none. */
  sessionKey: string | null;
  /** Its cookies from a version that had no session keys. */
  cookiesWithoutKey: readonly string[];
}
