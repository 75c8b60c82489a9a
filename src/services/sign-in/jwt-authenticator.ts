/** Sign-in by a token that the application has signed. */
import type { Claimed } from './claimed.ts';

export interface JwtAuthenticator {
  /** Changes when the key does. */
  keyDigest: string;
  /** @throws PaliadinError `unauthenticated` with the reason */
  admit(token: string): Promise<AdmittedToken>;
}

export interface AdmittedToken extends Claimed {
  /** UTC milliseconds, to the second. */
  issuedAt: number;
  expiresAt: number;
}
