/** Codes, browser sessions and tokens. */
import type { By } from '../contract/records/audit-log.ts';
import type { ApiToken, BrowserSession, BrowserWay, EmbeddedSession } from '../contract/records/sign-in.ts';
import type { User } from '../contract/records/user.ts';
import type { Scope } from '../contract/scopes.ts';

/** Credentials. Secrets have 128 bits or more, and only their SHA-256 is stored. */
export interface SignInStore {
  /** A one-time code that signs in as the user until `expiresAt`. */
  addCode(code: { hash: string; userId: string; expiresAt: number }, by: By): Promise<void>;
  /** The user whom the code would sign in, without using it up; null where `takeCode` would return null. */
  byCode(hash: string, now: number): Promise<User | null>;
  /** Uses the code up; null where there is none, it is used, or it is too old. */
  takeCode(hash: string, now: number): Promise<User | null>;
  addBrowserSession(session: BrowserSession): Promise<void>;
  /**
   * The session that matches both secrets. `hashes` are those of all cookies that a browser sent under the gateway's
   * name.
   */
  byBrowserSession(
    secrets: { hashes: readonly string[]; keyHash: string },
    now: number,
  ): Promise<{ user: User; hash: string } | null>;
  /** Whether one of the cookies belongs to a session from before session keys. */
  hasSessionWithoutKey(hashes: readonly string[]): Promise<boolean>;
  dropBrowserSession(hash: string): Promise<void>;
  /** Deletes the sessions of this sign-in method that were opened with other keys. Returns how many were deleted. */
  dropBrowserSessionsOfOtherKeys(way: BrowserWay, keyDigests: readonly string[]): Promise<number>;
  /** How many browsers of the user are signed in. */
  countBrowserSessions(userId: string, now: number): Promise<number>;
  /** Also removes those that have expired by `now`. */
  addEmbeddedSession(session: EmbeddedSession, now: number): Promise<void>;
  /** Null where it was ended, has expired, or was opened with another key. */
  byEmbeddedSession(
    secret: { hash: string; keyDigests: readonly string[] },
    now: number,
  ): Promise<{ user: User; issuedAt: number; expiresAt: number } | null>;
  /** The application's token that it was opened with is not taken again, in whatever way. */
  endEmbeddedSession(hash: string, now: number): Promise<void>;
  /** Whether a session that was opened with this token was ended. */
  isTokenSpent(tokenHash: string): Promise<boolean>;
  addToken(
    token: { hash: string; userId: string; name: string; scopes: readonly Scope[]; expiresAt: number | null },
    by: By,
  ): Promise<void>;
  byToken(hash: string, now: number): Promise<{ user: User; scopes: Scope[] } | null>;
  /** Oldest first; includes expired ones. */
  tokens(query?: { userId?: string | undefined; limit?: number | undefined }): Promise<ApiToken[]>;
  /** @throws PaliadinError `not_found`, `conflict` where more than one token begins with `id`. */
  dropToken(id: string, by: By): Promise<ApiToken>;
  /**
   * Ends the user's browser sessions and codes, and voids applications' tokens from before now; with `tokens` also
   * their API tokens.
   */
  signOutEverywhere(
    userId: string,
    options: { now: number; tokens: boolean; actor: string },
  ): Promise<{ browsers: number; tokens: number }>;
}
