/** The token of one request to the application: who asks, through whom, in which turn, for two minutes at most. */
import { randomUUID, sign } from 'node:crypto';
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
  const claims = {
    iss: issuer,
    aud: audience,
    sub: subject,
    act: { sub: issuer },
    turn: turnId,
    jti: randomUUID(),
    iat: now,
    exp: now + LIFE_S,
  };
  const text = `${encoded({ alg: ALGORITHM, kid, typ: 'JWT' })}.${encoded(claims)}`;
  // In this thread: jose signs in another one, and on a busy machine the way there and back takes longer than the signature.
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

// The request follows at once. The rest is for a clock that is wrong, and an application that is slow to look.
const LIFE_S = 60;
