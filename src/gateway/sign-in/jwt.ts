import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../../config/load.ts';
import { isLoopback } from '../../config/sign-in/loopback.ts';
import type { JwtSettings } from '../../http/sign-in/jwt.ts';

/** How an application's token is checked; null where no key is set. @throws ConfigError for incomplete settings */
export function jwtSettings({ values, given }: Pick<Config, 'values' | 'given'>): JwtSettings | null {
  const keys = KEYS.filter((name) => given[name] !== undefined);
  if (keys.length > 1) throw new ConfigError(`${keys.join(' and ')} are set: one of them says which key it is`);
  const [key] = keys;
  const previous = PREVIOUS.filter((name) => given[name] !== undefined);
  if (previous.length > 1) throw new ConfigError(`${previous.join(' and ')} are set: one of them says which key it is`);
  if (previous[0] !== undefined && (key === undefined || key === 'PALIADIN_JWT_JWKS_URL')) {
    throw new ConfigError(`${previous[0]} is set, and no secret that replaces it: set PALIADIN_JWT_SECRET too`);
  }
  const { PALIADIN_JWT_ISSUER: issuer, PALIADIN_JWT_AUDIENCE: audience } = values;
  if (key === undefined) {
    const lonely = (['PALIADIN_JWT_ISSUER', 'PALIADIN_JWT_AUDIENCE'] as const).find((name) => given[name]);
    if (lonely === undefined) return null;
    throw new ConfigError(`${lonely} is set, and no key: set PALIADIN_JWT_SECRET or PALIADIN_JWT_JWKS_URL too`);
  }
  if (issuer === undefined || audience === undefined) {
    const missing = issuer === undefined ? 'PALIADIN_JWT_ISSUER' : 'PALIADIN_JWT_AUDIENCE';
    throw new ConfigError(
      `${key} is set, and not ${missing}: without it a token that was made for somebody else would sign in here`,
    );
  }
  return {
    key: values.PALIADIN_JWT_JWKS_URL === undefined ? { secrets: secretsOf(values) } : { jwks: jwksOf(values) },
    issuer,
    audience,
    maxAgeMs: values.PALIADIN_JWT_MAX_AGE,
    skewMs: values.PALIADIN_JWT_CLOCK_SKEW,
  };
}

const KEYS = ['PALIADIN_JWT_SECRET', 'PALIADIN_JWT_SECRET_FILE', 'PALIADIN_JWT_JWKS_URL'] as const;

// As long as the output of HMAC-SHA-256; a shorter one can be guessed offline from one token.
const MIN_SECRET_BYTES = 32;

const PREVIOUS = ['PALIADIN_JWT_PREVIOUS_SECRET', 'PALIADIN_JWT_PREVIOUS_SECRET_FILE'] as const;

/** The secret, and where one is being replaced, the one before it. */
function secretsOf(values: Config['values']): Uint8Array[] {
  const { PALIADIN_JWT_PREVIOUS_SECRET: text, PALIADIN_JWT_PREVIOUS_SECRET_FILE: file } = values;
  const current = secretOf('PALIADIN_JWT_SECRET', values.PALIADIN_JWT_SECRET, values.PALIADIN_JWT_SECRET_FILE);
  if (text === undefined && file === undefined) return [current];
  return [current, secretOf('PALIADIN_JWT_PREVIOUS_SECRET', text, file)];
}

function secretOf(variable: string, text: string | undefined, file: string | undefined): Uint8Array {
  const [name, secret] =
    file === undefined ? [variable, text ?? ''] : [`${variable}_FILE`, readSecret(`${variable}_FILE`, file)];
  const bytes = Buffer.from(secret);
  if (bytes.length >= MIN_SECRET_BYTES) return bytes;
  throw new ConfigError(
    `${name} has ${bytes.length} bytes: at least ${MIN_SECRET_BYTES} are needed; \`openssl rand -base64 48\` makes some`,
  );
}

/** Without the line end that editors append. */
function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${name} can't be read: ${(error as Error).message}`);
  }
}

/** Only https or a local address: an attacker who can change the keys in transit could sign in as anybody. */
function jwksOf({ PALIADIN_JWT_JWKS_URL: text = '' }: Config['values']): URL {
  const url = URL.parse(text);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new ConfigError(`PALIADIN_JWT_JWKS_URL is ${JSON.stringify(text)}: an address with https, or on loopback`);
}
