/** Secrets that let somebody in. They are shown once; the store keeps only their SHA-256. */
import { createHash } from 'node:crypto';

/** `bytes` cryptographically strong random bytes. */
export type Random = (bytes: number) => Buffer;

export function newSecret(random: Random): string {
  return random(SECRET_BYTES).toString('base64url');
}

export function newToken(random: Random): string {
  return TOKEN_PREFIX + newSecret(random);
}

/** Without salt or stretching: nobody guesses 256 random bits, and equal secrets have to be found. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

const SECRET_BYTES = 32;

// So that a person, or a scanner of repositories, knows a token of ours when they see one.
const TOKEN_PREFIX = 'pal_';
