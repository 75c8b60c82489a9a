/** Secrets for signing in. They are shown once; the store has only their SHA-256. */
import { createHash } from 'node:crypto';

/** `bytes` cryptographically strong random bytes. */
export type Random = (bytes: number) => Buffer;

export function newSecret(random: Random): string {
  return random(SECRET_BYTES).toString('base64url');
}

export function newToken(random: Random): string {
  return TOKEN_PREFIX + newSecret(random);
}

/** What a frame in an application's page holds, for minutes. */
export function newEmbeddedBearer(random: Random): string {
  return EMBEDDED_PREFIX + newSecret(random);
}

/** Without salt or stretching: 256 random bits can't be guessed, and the store looks secrets up by their hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** No API token begins with it. */
export const EMBEDDED_PREFIX = 'pale_';

const SECRET_BYTES = 32;

// So that people and secret scanners recognise the token.
const TOKEN_PREFIX = 'pal_';
