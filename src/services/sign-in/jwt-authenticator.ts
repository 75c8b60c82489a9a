/** Sign-in by a token that the application has signed. */
import type { Claimed } from './claimed.ts';

export interface JwtAuthenticator {
  /** One for each key that is accepted now. */
  keyDigests: readonly string[];
  /** @throws PaliadinError `unauthenticated` with the reason */
  admit(token: string): Promise<AdmittedToken>;
}

export interface AdmittedToken extends Claimed {
  /** UTC milliseconds, to the second. */
  issuedAt: number;
  expiresAt: number;
  /** Of the key that signed it. */
  keyDigest: string;
}
