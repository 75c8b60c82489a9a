/** Sign-in by the application's own signed token (JWT). */

import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { LOCALE_PATTERN } from '../../contract/locales/locale.ts';
import { emailOf, nameOf, subjectOf } from '../../services/sign-in/claimed.ts';
import type { AdmittedToken, JwtAuthenticator } from '../../services/sign-in/jwt-authenticator.ts';
import { explainRefusal, refusedToken } from './jwt-refusal.ts';
import { type Verify, verifyWithKeySet } from './key-set.ts';

export interface JwtSettings {
  /** A secret that the application shares with the gateway, or the address of its public keys. */
  key: { secret: Uint8Array } | { jwks: URL };
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
  const algorithms = 'secret' in key ? WITH_SECRET : WITH_PUBLIC_KEY;
  const verify: Verify =
    'secret' in key
      ? async (token, options) => (await jose.jwtVerify(token, key.secret, options)).payload
      : verifyWithKeySet(key.jwks, jose);
  return {
    keyDigest: createHash('sha256')
      .update('secret' in key ? key.secret : key.jwks.href)
      .digest('hex'),
    async admit(token) {
      try {
        const payload = await verify(token, {
          algorithms: [...algorithms],
          issuer,
          audience,
          requiredClaims: ['sub', 'iat', 'exp'],
          maxTokenAge: maxAgeMs / 1000,
          clockTolerance: skewMs / 1000,
          currentDate: new Date(clock()),
        });
        return read(payload, skewMs);
      } catch (error) {
        throw explainRefusal(error, errors, { ...settings, algorithms, now: clock() });
      }
    },
  };
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

function read(payload: JWTPayload, skewMs: number): AdmittedToken {
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
