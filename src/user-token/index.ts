/**
 * `paliadin/user-token`: the token by which an application says who its user is. For the application's server, in Node. It
 * depends on nothing but Node.
 */
import { createHmac, createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface UserTokenUser {
  /** The application's own id of the user, 1 to 200 characters. It never changes, and never becomes another user's. */
  id: string | number;
  name?: string | undefined;
  email?: string | undefined;
  /** Such as `de` or `en-GB`. */
  locale?: string | undefined;
}

export interface UserTokenOptions {
  /** As `PALIADIN_JWT_SECRET` of the gateway: at least 32 bytes. */
  secret?: string | Uint8Array | undefined;
  /** Instead of a secret: a private key in PEM, or a KeyObject, whose public half is at `PALIADIN_JWT_JWKS_URL`. RSA, EC or Ed25519. */
  privateKey?: string | KeyObject | undefined;
  /** As `PALIADIN_JWT_ISSUER` of the gateway. */
  issuer: string;
  /** As `PALIADIN_JWT_AUDIENCE` of the gateway. */
  audience: string;
  /** The key's name in the JWK set (`kid`), so that the gateway need not try them. */
  keyId?: string | undefined;
  /** Seconds, from 10 to 3600. The gateway takes none that is older than `PALIADIN_JWT_MAX_AGE`, 10 minutes. */
  expiresIn?: number | undefined;
}

/**
 * A new token for a user, who is signed in in the application. Make one for each request: it is used at once.
 * @throws TypeError that says which value is wrong; it quotes none
 */
export function signUserToken(user: UserTokenUser, options: UserTokenOptions): string {
  const { issuer, audience, keyId, expiresIn = FIVE_MINUTES } = options;
  const sub = typeof user?.id === 'number' && Number.isSafeInteger(user.id) ? String(user.id) : user?.id;
  if (typeof sub !== 'string' || sub.trim() === '' || sub.length > MAX_ID) {
    throw new TypeError(`user.id has to be the user’s id: a text of 1 to ${MAX_ID} characters, or a whole number`);
  }
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (typeof value !== 'string' || value === '') {
      throw new TypeError(`${name} has to be the text that is PALIADIN_JWT_${name.toUpperCase()} at the gateway`);
    }
  }
  if (!Number.isInteger(expiresIn) || expiresIn < 10 || expiresIn > 3600) {
    throw new TypeError('expiresIn has to be a whole number of seconds from 10 to 3600');
  }
  const { alg, signed } = signerOf(options);
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    sub,
    ...given('name', user.name),
    ...given('email', user.email),
    ...given('locale', user.locale),
    iss: issuer,
    aud: audience,
    iat,
    exp: iat + expiresIn,
    // Two tokens of one second are two.
    jti: randomBytes(12).toString('base64url'),
  };
  const head = { alg, typ: 'JWT', ...given('kid', keyId) };
  const text = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${signed(text).toString('base64url')}`;
}

interface Signer {
  alg: string;
  signed(text: string): Buffer;
}

function signerOf({ secret, privateKey }: UserTokenOptions): Signer {
  if ((secret === undefined) === (privateKey === undefined)) {
    throw new TypeError('give either secret or privateKey; is the environment variable set?');
  }
  if (privateKey !== undefined) return withPrivateKey(privateKey);
  // The gateway reads it without what an editor appends.
  const key = typeof secret === 'string' ? Buffer.from(secret.trim()) : Buffer.from(secret ?? []);
  if (key.length < MIN_SECRET_BYTES) {
    throw new TypeError(
      `secret has ${key.length} bytes: at least ${MIN_SECRET_BYTES} are needed; \`openssl rand -base64 48\` makes some`,
    );
  }
  return { alg: 'HS256', signed: (text) => createHmac('sha256', key).update(text).digest() };
}

function withPrivateKey(given: string | KeyObject): Signer {
  const key = typeof given === 'string' ? readKey(given) : given;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const kind = type === 'ec' ? `ec ${details?.namedCurve}` : (type ?? '');
  const known = ALGORITHMS[kind];
  if (key.type !== 'private' || known === undefined) {
    throw new TypeError('privateKey has to be a private key: RSA, EC (P-256, P-384, P-521) or Ed25519');
  }
  const { alg, hash } = known;
  return { alg, signed: (text) => sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }) };
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TypeError('privateKey can’t be read: it has to be PEM, beginning with -----BEGIN PRIVATE KEY-----');
  }
}

function given(name: string, value: unknown): Record<string, string> {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') throw new TypeError(`${name} has to be a text`);
  return { [name]: value };
}

const ALGORITHMS: Record<string, { alg: string; hash: string | null }> = {
  rsa: { alg: 'RS256', hash: 'sha256' },
  'ec prime256v1': { alg: 'ES256', hash: 'sha256' },
  'ec secp384r1': { alg: 'ES384', hash: 'sha384' },
  'ec secp521r1': { alg: 'ES512', hash: 'sha512' },
  ed25519: { alg: 'EdDSA', hash: null },
};

const FIVE_MINUTES = 300;
const MAX_ID = 200;
// As the gateway wants it.
const MIN_SECRET_BYTES = 32;
