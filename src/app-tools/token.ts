/** The token of one request to the application: who asks, through whom, in which turn, for two minutes at most. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { ALGORITHM, type SigningKeys } from './signing-keys.ts';

export interface TokenOptions {
  keys: SigningKeys;
  /** The gateway's public address. */
  issuer(): string;
  /** UTC milliseconds. */
  clock(): number;
}

export interface TokenClaims {
  subject: string;
  turnId: string;
  audience: string;
}

export async function mintToken({ subject, turnId, audience }: TokenClaims, options: TokenOptions): Promise<string> {
  const { kid, key } = await options.keys.current();
  const issuer = options.issuer();
  const now = Math.floor(options.clock() / 1000);
  return await new SignJWT({ act: { sub: issuer }, turn: turnId })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + LIFE_S)
    .sign(key);
}

// The request follows at once. The rest is for a clock that is wrong, and an application that is slow to look.
const LIFE_S = 60;
