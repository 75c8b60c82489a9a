/** Secrets that let somebody in. They are shown once; the store keeps only their SHA-256. */
import { createHash } from 'node:crypto';
import type { BrowserWay } from '../contract/records/sign-in.ts';
import type { Scope } from '../contract/scopes.ts';
import type { SignInStore } from './sign-in-store.ts';

export interface Minting {
  signIn: SignInStore;
  /** Cryptographically strong random bytes. */
  random: (bytes: number) => Buffer;
  now: number;
}

/** So that a person, or a scanner of repositories, knows a token of ours when they see one. */
const TOKEN_PREFIX = 'pal_';

/** Long enough to walk to another device, too short to be found later in a terminal's history. */
export const SIGN_IN_CODE_LIFETIME_MS = 15 * 60 * 1000;

/** A code that signs a browser in once. It travels in a link's fragment, which no server sees. */
export async function mintSignInCode({ signIn, random, now }: Minting, userId: string): Promise<string> {
  const code = newSecret(random);
  await signIn.addCode({ hash: hashSecret(code), userId, createdAt: now, expiresAt: now + SIGN_IN_CODE_LIFETIME_MS });
  return code;
}

/** A bearer token for programs. `expiresAt` null: until it is revoked. */
export async function mintToken(
  { signIn, random, now }: Minting,
  token: { userId: string; name: string; scopes: readonly Scope[]; expiresAt: number | null },
): Promise<string> {
  const secret = TOKEN_PREFIX + newSecret(random);
  await signIn.addToken({ hash: hashSecret(secret), ...token, createdAt: now });
  return secret;
}

/** `secret` is for the browser's cookie, `sessionKey` for its page. Each is worth nothing without the other. */
export async function mintBrowserSession(
  { signIn, random, now }: Minting,
  session: { userId: string; expiresAt: number; way: BrowserWay; keyDigest: string | null },
): Promise<{ secret: string; sessionKey: string }> {
  const [secret, sessionKey] = [newSecret(random), newSecret(random)];
  const hashes = { hash: hashSecret(secret), keyHash: hashSecret(sessionKey) };
  await signIn.addBrowserSession({ ...hashes, ...session, createdAt: now });
  return { secret, sessionKey };
}

/** Without salt or stretching: nobody guesses 256 random bits, and equal secrets have to be found. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

const SECRET_BYTES = 32;

function newSecret(random: Minting['random']): string {
  return random(SECRET_BYTES).toString('base64url');
}
