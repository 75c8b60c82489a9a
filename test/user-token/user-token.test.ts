import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, decodeProtectedHeader, exportJWK, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { jwtAuthenticator } from '../../src/http/sign-in/jwt.ts';
import { signUserToken, type UserTokenOptions } from '../../src/user-token/index.ts';

const SECRET = randomBytes(48).toString('base64');
const base = { issuer: 'app', audience: 'paliadin' };
const settings = { ...base, maxAgeMs: 600_000, skewMs: 0 };

test('the claims are the user’s, the times are in seconds, and no two tokens are the same', () => {
  const user = { id: 'ana', name: 'Ana', email: 'ana@app.example', locale: 'de' };
  const token = signUserToken(user, { ...base, secret: SECRET, keyId: '2026' });
  const { sub, name, email, locale, iss, aud, iat = 0, exp = 0 } = decodeJwt(token);
  expect({ sub, name, email, locale, iss, aud }).toEqual({
    sub: 'ana',
    name: 'Ana',
    email: 'ana@app.example',
    locale: 'de',
    iss: 'app',
    aud: 'paliadin',
  });
  expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5);
  expect(exp - iat).toBe(300);
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT', kid: '2026' });
  expect(signUserToken(user, { ...base, secret: SECRET })).not.toBe(signUserToken(user, { ...base, secret: SECRET }));
});

describe('a private key', () => {
  test.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ])('of %s signs what the gateway admits by the public half', async (alg, { privateKey, publicKey }) => {
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg };
    const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const jwks = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const gateway = await jwtAuthenticator({ ...settings, key: { jwks } }, Date.now);
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const token = signUserToken({ id: 'ana' }, { ...base, privateKey: pem, keyId: 'one' });
    expect(decodeProtectedHeader(token).alg).toBe(alg);
    expect((await gateway.admit(token)).subject).toBe('jwt:ana');
  });
});

test('a secret that is being replaced still opens, in its own name, and a third one does not', async () => {
  const [fresh, past, foreign] = [randomBytes(48), randomBytes(48), randomBytes(48)];
  const gateway = await jwtAuthenticator({ ...settings, key: { secrets: [fresh, past] } }, Date.now);
  const admit = (secret: Buffer) => gateway.admit(signUserToken({ id: 'ana' }, { ...base, secret }));
  expect((await admit(fresh)).keyDigest).toBe(gateway.keyDigests[0]);
  expect((await admit(past)).keyDigest).toBe(gateway.keyDigests[1]);
  await expect(admit(foreign)).rejects.toMatchObject({ reason: 'token_bad_signature' });
  const wrong = new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ana')
    .setIssuer('app')
    .setAudience('other');
  const token = await wrong.setIssuedAt().setExpirationTime('5m').sign(past);
  await expect(gateway.admit(token)).rejects.toMatchObject({ reason: 'token_wrong_audience' });
});

test.each<[string, { id: unknown }, Partial<UserTokenOptions>, RegExp]>([
  ['no id', { id: '' }, {}, /user\.id has to be/],
  ['an id that is an object', { id: {} }, {}, /user\.id has to be/],
  ['an id that is no safe number', { id: 1.5 }, {}, /user\.id has to be/],
  ['a long id', { id: 'x'.repeat(201) }, {}, /1 to 200 characters/],
  ['a short secret', { id: 'a' }, { secret: 'short' }, /secret has 5 bytes: at least 32/],
  ['a missing secret', { id: 'a' }, { secret: undefined }, /either secret or privateKey/],
  ['two keys', { id: 'a' }, { privateKey: 'x' }, /either secret or privateKey/],
  ['a key that is none', { id: 'a' }, { secret: undefined, privateKey: 'x' }, /-----BEGIN PRIVATE KEY-----/],
  ['no issuer', { id: 'a' }, { issuer: '' }, /issuer has to be the text that is PALIADIN_JWT_ISSUER/],
  ['no audience', { id: 'a' }, { audience: undefined as never }, /PALIADIN_JWT_AUDIENCE/],
  ['a day', { id: 'a' }, { expiresIn: 86_400 }, /10 to 3600/],
])('%s is refused in words', (_, user, wrong, words) => {
  expect(() => signUserToken(user as never, { ...base, secret: SECRET, ...wrong })).toThrow(words);
});
