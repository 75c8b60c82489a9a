/** The credentials that sign somebody in. */
import type { Scope } from '../scopes.ts';

/** How a browser was signed in: by a one-time code, or by an application's token. */
export type BrowserWay = 'code' | 'jwt';

export interface BrowserSession {
  /** Hash of the cookie. */
  hash: string;
  /** Hash of the session key that the page holds; empty in sessions from before session keys. */
  keyHash: string;
  userId: string;
  createdAt: number;
  expiresAt: number;
  way: BrowserWay;
  /** Digest of the key that signed the application's token. */
  keyDigest: string | null;
}

/** The chat in an application's page, in exchange for a token of the application and no longer than that. */
export interface EmbeddedSession {
  /** Hash of the bearer that the frame holds. */
  hash: string;
  /** Hash of the application's token. */
  tokenHash: string;
  userId: string;
  /** When the application made the token. */
  issuedAt: number;
  expiresAt: number;
  /** Digest of the keys of the application. */
  keyDigest: string;
}

export interface ApiToken {
  /** The beginning of the hash, by which a person refers to a token. */
  id: string;
  userId: string;
  name: string;
  scopes: Scope[];
  createdAt: number;
  /** Rounded to the hour. */
  lastUsedAt: number | null;
  expiresAt: number | null;
}
