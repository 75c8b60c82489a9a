/** Sign-in by the application's own signed token (JWT). */

import { createHash } from 'node:crypto';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { LOCALE_PATTERN } from '../../contract/locales/locale.ts';
import { emailOf, nameOf, subjectOf } from '../../services/sign-in/claimed.ts';
import type { AdmittedToken, JwtAuthenticator } from '../../services/sign-in/jwt-authenticator.ts';
import { explainRefusal, refusedToken } from './jwt-refusal.ts';
import { type Verify, verifyWithKeySet } from './key-set.ts';

export interface JwtSettings {
  /** Secrets that the application shares with the gateway, the newest first, or the address of its public keys. */
  key: { secrets: readonly Uint8Array[] } | { jwks: URL };
  issuer: string;
  audience: string;
  /** A token older than this is refused, whatever expiry it states. */
  maxAgeMs: number;
  /** How far the application's clock may be off. */
  skewMs: number;
}

/** `clock` gives UTC milliseconds. */
export async function jwtAuthenticator(settings: JwtSettings, clock: () => number): Promise<JwtAuthenticator> {
  // Loaded only where it is used: the library is large, and would delay every command.
  const jose = await import('jose');
  const { errors } = jose;
  const { key, issuer, audience, maxAgeMs, skewMs } = settings;
  const algorithms = 'secrets' in key ? WITH_SECRET : WITH_PUBLIC_KEY;
  const keys: Key[] =
    'secrets' in key
      ? key.secrets.map((secret) => ({
          digest: digestOf(secret),
          verify: async (token, options) => (await jose.jwtVerify(token, secret, options)).payload,
        }))
      : [{ digest: digestOf(key.jwks.href), verify: verifyWithKeySet(key.jwks, jose) }];
  /** The newest first: for most of the time there is no other. */
  const verify = async (token: string, options: JWTVerifyOptions) => {
    for (const { digest, verify } of keys.slice(0, -1)) {
      try {
        return { payload: await verify(token, options), digest };
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    const last = keys.at(-1) as Key;
    return { payload: await last.verify(token, options), digest: last.digest };
  };
  return {
    keyDigests: keys.map(({ digest }) => digest),
    async admit(token) {
      try {
        const { payload, digest } = await verify(token, {
          algorithms: [...algorithms],
          issuer,
          audience,
          requiredClaims: ['sub', 'iat', 'exp'],
          maxTokenAge: maxAgeMs / 1000,
          clockTolerance: skewMs / 1000,
          currentDate: new Date(clock()),
        });
        return { ...read(payload, skewMs), keyDigest: digest };
      } catch (error) {
        throw explainRefusal(error, errors, { ...settings, algorithms, now: clock() });
      }
    },
  };
}

interface Key {
  digest: string;
  verify: Verify;
}

function digestOf(key: Uint8Array | string): string {
  return createHash('sha256').update(key).digest('hex');
}

// Fixed by the kind of key, never by the token, so an attacker can't choose `none` or use a public key as a shared
// secret.
const WITH_SECRET = ['HS256'] as const;
const WITH_PUBLIC_KEY = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  // Since RFC 9864 its name is `Ed25519`.
  'EdDSA',
  'Ed25519',
] as const;

function read(payload: JWTPayload, skewMs: number): Omit<AdmittedToken, 'keyDigest'> {
  const { sub, iat, exp, name, email, locale } = payload;
  const subject = subjectOf('jwt', sub);
  if (subject === null) throw refusedToken('token_malformed', 'its sub is not a name of 1 to 200 visible characters');
  return {
    subject,
    name: nameOf(name) ?? nameOf(payload.preferred_username) ?? emailOf(email) ?? (sub as string),
    email: emailOf(email),
    locale: typeof locale === 'string' && LOCALE_PATTERN.test(locale) ? locale : null,
    issuedAt: (iat as number) * 1000,
    expiresAt: (exp as number) * 1000 + skewMs,
  };
}
