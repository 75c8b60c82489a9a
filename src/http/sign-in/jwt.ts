/** Sign-in by the application's own signed token (JWT). */

import { createHash } from 'node:crypto';
import type { errors as JoseErrors, JWTPayload } from 'jose';
import { PaliadinError } from '../../contract/errors.ts';
import { LOCALE_PATTERN } from '../../contract/locales/locale.ts';
import { emailOf, nameOf, subjectOf } from '../../services/sign-in/claimed.ts';
import type { AdmittedToken, JwtAuthenticator } from '../../services/sign-in/jwt-authenticator.ts';
import { withStatus } from '../errors.ts';
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
        throw explain(error, errors);
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
  if (subject === null) throw refused('its sub is not a name of 1 to 200 visible characters');
  return {
    subject,
    name: nameOf(name) ?? nameOf(payload.preferred_username) ?? emailOf(email) ?? (sub as string),
    email: emailOf(email),
    locale: typeof locale === 'string' && LOCALE_PATTERN.test(locale) ? locale : null,
    issuedAt: (iat as number) * 1000,
    expiresAt: (exp as number) * 1000 + skewMs,
  };
}

/** jose's messages name the claim or the check, and quote nothing of the token. */
function explain(error: unknown, errors: typeof JoseErrors): PaliadinError {
  if (error instanceof PaliadinError) return error;
  if (error instanceof errors.JOSEError && !KEYS_AWAY.has(error.code)) {
    return error instanceof errors.JWTClaimValidationFailed
      ? refused(`${error.message} (${error.claim})`)
      : refused(error.message);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return withStatus(503, new PaliadinError('internal', `the keys at PALIADIN_JWT_JWKS_URL can’t be had: ${reason}`));
}

/** Errors of the keys, not of the token. */
const KEYS_AWAY: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

function refused(why: string): PaliadinError {
  return new PaliadinError('unauthenticated', `the application’s token is refused: ${why}`);
}
