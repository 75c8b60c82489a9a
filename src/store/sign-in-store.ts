/** Codes, browser sessions and tokens. */
import type { By } from '../contract/records/audit-log.ts';
import type { ApiToken, BrowserSession, BrowserWay } from '../contract/records/sign-in.ts';
import type { User } from '../contract/records/user.ts';
import type { Scope } from '../contract/scopes.ts';

/** What lets somebody in. Secrets are 128 bits or more, and only their SHA-256 is kept. */
export interface SignInStore {
  /** A one-time code that signs in as the user until `expiresAt`. */
  addCode(code: { hash: string; userId: string; expiresAt: number }, by: By): Promise<void>;
  /** Whom the code signs in, without using it up; null where `takeCode` would find nobody. */
  byCode(hash: string, now: number): Promise<User | null>;
  /** Uses the code up; null where there is none, it is used, or it is too old. */
  takeCode(hash: string, now: number): Promise<User | null>;
  addBrowserSession(session: BrowserSession): Promise<void>;
  /** The session that has both secrets. `hashes` are those of all cookies that a browser sent under our name. */
  byBrowserSession(
    secrets: { hashes: readonly string[]; keyHash: string },
    now: number,
  ): Promise<{ user: User; hash: string } | null>;
  /** Whether one of the cookies is of a session from before there were session keys. */
  hasSessionWithoutKey(hashes: readonly string[]): Promise<boolean>;
  dropBrowserSession(hash: string): Promise<void>;
  /** Drops the sessions of this way whose key is another one. Returns how many went. */
  dropBrowserSessionsOfOtherKeys(way: BrowserWay, keyDigest: string | null): Promise<number>;
  /** How many browsers of the user are signed in. */
  countBrowserSessions(userId: string, now: number): Promise<number>;
  addToken(
    token: { hash: string; userId: string; name: string; scopes: readonly Scope[]; expiresAt: number | null },
    by: By,
  ): Promise<void>;
  byToken(hash: string, now: number): Promise<{ user: User; scopes: Scope[] } | null>;
  /** Oldest first; those that have expired too. */
  tokens(query?: { userId?: string }): Promise<ApiToken[]>;
  /** @throws PaliadinError `not_found`, `conflict` where more than one token begins so. */
  dropToken(id: string, by: By): Promise<ApiToken>;
  /**
   * Ends the user's browser sessions and codes, and what applications' tokens said before now; with `tokens` their API
   * tokens as well.
   */
  signOutEverywhere(
    userId: string,
    options: { now: number; tokens: boolean; actor: string },
  ): Promise<{ browsers: number; tokens: number }>;
}
