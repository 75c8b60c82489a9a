/** Says what is wrong with an application's token, in words for the developer who makes it. */
import type { errors as JoseErrors } from 'jose';
import { type CredentialRefusal, PaliadinError } from '../../contract/errors.ts';
import { withStatus } from '../errors.ts';

interface Expected {
  key: { secrets: unknown } | { jwks: unknown };
  issuer: string;
  audience: string;
  maxAgeMs: number;
  algorithms: readonly string[];
  /** UTC milliseconds. */
  now: number;
}

/** Quotes nothing of the token but its times: claims are compared with the settings, which are named. */
export function explainRefusal(error: unknown, errors: typeof JoseErrors, expected: Expected): PaliadinError {
  if (error instanceof PaliadinError) return error;
  if (error instanceof errors.JWTExpired) return tooLate(error, expected);
  if (error instanceof errors.JWTClaimValidationFailed) return wrongClaim(error, expected);
  const withSecret = 'secrets' in expected.key;
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refusedToken(
      'token_bad_signature',
      withSecret
        ? 'its signature was not made with PALIADIN_JWT_SECRET'
        : 'its signature was made with none of the keys at PALIADIN_JWT_JWKS_URL',
    );
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refusedToken(
      'token_unknown_key',
      'no key at PALIADIN_JWT_JWKS_URL has the kid and alg of its header; one that was just added is found within 30 s',
    );
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    const setting = withSecret ? 'PALIADIN_JWT_SECRET' : 'PALIADIN_JWT_JWKS_URL';
    const all = expected.algorithms.join(', ');
    return refusedToken('token_malformed', `the alg of its header is not accepted; with ${setting} it may be ${all}`);
  }
  if (error instanceof errors.JOSEError && !KEYS_AWAY.has(error.code)) {
    return refusedToken('token_malformed', `it is not a JWT that can be read: ${error.message}`);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return withStatus(
    503,
    new PaliadinError('internal', `the keys at PALIADIN_JWT_JWKS_URL can’t be fetched: ${reason}`),
  );
}

export function refusedToken(reason: CredentialRefusal, why: string): PaliadinError {
  return new PaliadinError('unauthenticated', `the application’s token is refused: ${why}`, { reason });
}

/** Errors of the keys, not of the token. */
const KEYS_AWAY: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

type ClaimError = InstanceType<typeof JoseErrors.JWTExpired | typeof JoseErrors.JWTClaimValidationFailed>;

function tooLate({ claim, payload }: ClaimError, { now, maxAgeMs }: Expected): PaliadinError {
  const { exp = 0, iat = 0 } = payload;
  return refusedToken(
    'token_expired',
    claim === 'exp'
      ? `it expired ${span(now / 1000 - exp)} ago (exp), by the gateway’s clock; send a new one`
      : `it was made ${span(now / 1000 - iat)} ago (iat), and PALIADIN_JWT_MAX_AGE is ${span(maxAgeMs / 1000)}; send a new one`,
  );
}

function wrongClaim({ claim, reason, payload }: ClaimError, { issuer, audience, now }: Expected): PaliadinError {
  if (claim === 'iss') {
    return refusedToken('token_wrong_issuer', `its iss has to be ${JSON.stringify(issuer)} (PALIADIN_JWT_ISSUER)`);
  }
  if (claim === 'aud') {
    return refusedToken(
      'token_wrong_audience',
      `its aud has to be ${JSON.stringify(audience)} (PALIADIN_JWT_AUDIENCE)`,
    );
  }
  if (reason === 'missing') return refusedToken('token_malformed', `it has no ${claim}; sub, iat and exp are required`);
  const time = payload[claim];
  if (reason === 'check_failed' && (claim === 'nbf' || claim === 'iat') && typeof time === 'number') {
    const ahead = span(time - now / 1000);
    return refusedToken(
      'token_not_yet_valid',
      `its ${claim} is ${ahead} ahead of the gateway’s clock; set the application’s clock, or PALIADIN_JWT_CLOCK_SKEW`,
    );
  }
  return refusedToken('token_malformed', `its ${claim} can’t be used; iat, exp and nbf are numbers of seconds`);
}

/** `31 s`, `12 min`, `5 h`. */
function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
