/** What lets somebody in. */
import type { Scope } from '../scopes.ts';

/** By which way a browser came in: a one-time code, or an application's token. */
export type BrowserWay = 'code' | 'jwt';

export interface BrowserSession {
  /** Of the cookie. */
  hash: string;
  /** Of the session key that the page holds; empty in sessions from before there were any. */
  keyHash: string;
  userId: string;
  createdAt: number;
  expiresAt: number;
  way: BrowserWay;
  /** Of the key that the application's token was signed with. */
  keyDigest: string | null;
}

export interface ApiToken {
  /** The beginning of the hash, by which a person names a token. */
  id: string;
  userId: string;
  name: string;
  scopes: Scope[];
  createdAt: number;
  /** To the hour. */
  lastUsedAt: number | null;
  expiresAt: number | null;
}
