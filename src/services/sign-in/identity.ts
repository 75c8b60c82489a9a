/** Who asks, and how they got in. */
import type { User } from '../../contract/records/user.ts';
import type { Scope } from '../../contract/scopes.ts';

export interface Identity {
  user: User;
  /** `token`: an API token of ours. `jwt`: the application's. `proxy`: by the word of a proxy. */
  way: 'cookie' | 'token' | 'jwt' | 'proxy';
  /** Of the secret that let them in; empty where there is none. */
  hash: string;
  /** Of the session key; only where a cookie let them in. */
  keyHash?: string;
  /** What the token is for; null: whatever its user may do. */
  scopes: readonly Scope[] | null;
  /** Of an application's token, in UTC milliseconds. */
  issuedAt: number | null;
  expiresAt: number | null;
}

/** What a browser shows of a sign-in that it may have. */
export interface BrowserSecrets {
  /** What it keeps for our name. More than one where a server on another port has set the same name. */
  cookies: readonly string[];
  /** Of its page; null where that has none. */
  sessionKey: string | null;
  /** What it keeps from a version that had no session keys. */
  cookiesWithoutKey: readonly string[];
}
