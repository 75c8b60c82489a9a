/** Sign-in by a token that the application signed: which tokens are accepted, and which are refused. */
import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { expect, onTestFinished, test, vi } from 'vitest';
import { en } from '../../src/contract/locales/en.ts';
import { type JwtSettings, jwtAuthenticator } from '../../src/http/sign-in/jwt.ts';
import type { SignInEvent } from '../../src/services/sign-in/sign-in-event.ts';
import { sessionOf } from '../support/browser-session.ts';
import { aToken } from '../support/credentials.ts';
import { bearer, call, disable, type Running, runServer } from './running-server.ts';

const SECRET = Buffer.from('a secret of the application, of 32 bytes or more');
const OTHER = Buffer.from('another secret, which is 32 bytes or more, too');
const ISSUER = 'https://app.example';
const settings: JwtSettings = {
  key: { secrets: [SECRET] },
  issuer: ISSUER,
  audience: 'paliadin',
  maxAgeMs: 600_000,
  skewMs: 30_000,
};

/** What the test server's clock says at its start, in seconds. */
const NOW = 1000;
const good = { sub: 'anna', iss: ISSUER, aud: 'paliadin', iat: NOW, exp: NOW + 300 };

function without(claim: keyof typeof good): JWTPayload {
  const { [claim]: _, ...rest } = good;
  return rest;
}

function sign(claims: JWTPayload, { secret = SECRET, alg = 'HS256' } = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(secret);
}

async function runWith(over: Partial<JwtSettings> = {}): Promise<Running & { events: SignInEvent[] }> {
  const events: SignInEvent[] = [];
  let now = () => 0;
  const jwt = await jwtAuthenticator({ ...settings, ...over }, () => now());
  const server = await runServer({ jwt, onSignIn: (event) => events.push(event) });
  now = () => server.clock.now;
  return { ...server, events };
}

async function statusWith(server: Running, token: string): Promise<[number | undefined, string | null]> {
  const { status, json } = await call(server, 'GET', '/api/me', { headers: bearer(token) });
  return [status, json.detail ?? null];
}

test('a valid token creates a member with the name, email and language that it carries', async () => {
  const server = await runWith();
  const token = await sign({ ...good, name: ' Anna\u0007  B. ', email: 'anna@app.example', locale: 'de-AT' });
  const { status, json } = await call(server, 'GET', '/api/me', { headers: bearer(token) });
  expect([status, json.user]).toEqual([
    200,
    { id: expect.any(String), name: 'Anna B.', role: 'member', locale: 'de-AT' },
  ]);
  expect(await server.store.users.bySubject('jwt:anna')).toMatchObject({ email: 'anna@app.example', role: 'member' });
  const married = await sign({ ...good, name: 'Anna C.' });
  const again = await call(server, 'GET', '/api/me', { headers: bearer(married) });
  expect(again.json.user).toEqual({ ...json.user, name: 'Anna C.' });
  expect(await server.store.users.list()).toHaveLength(1);
  // Once, and not for each request.
  expect(server.events).toEqual([{ kind: 'sign-in', userId: json.user.id, way: 'jwt' }]);
});

test('no token makes its holder the owner or another local user', async () => {
  const server = await runWith();
  const { user: owner } = await server.store.users.ensure({ subject: 'owner', role: 'owner', now: 1 });
  for (const sub of ['owner', owner.id, 'jwt:owner']) {
    const { json } = await call(server, 'GET', '/api/me', { headers: bearer(await sign({ ...good, sub })) });
    expect(json.user).toMatchObject({ role: 'member' });
    expect(json.user.id).not.toBe(owner.id);
  }
});

test.each<[string, JWTPayload, RegExp]>([
  ['for somebody else', { ...good, aud: 'other' }, /aud/],
  ['for nobody in particular', without('aud'), /aud/],
  ['of somebody else', { ...good, iss: 'https://evil.example' }, /iss/],
  ['of nobody', without('iss'), /iss/],
  ['about nobody', without('sub'), /sub/],
  ['about an empty name', { ...good, sub: '' }, /sub/],
  ['about a name of control characters', { ...good, sub: 'an\u0000na' }, /sub/],
  ['about a name with an end of line', { ...good, sub: 'anna\n' }, /sub/],
  ['about a name that is too long', { ...good, sub: 'x'.repeat(201) }, /sub/],
  ['about a number', { ...good, sub: 7 } as unknown as JWTPayload, /sub/],
  ['that never ends', without('exp'), /exp/],
  ['that was made at no time', without('iat'), /iat/],
  ['that has ended', { ...good, iat: NOW - 100, exp: NOW - 31 }, /exp/],
  ['that is too old, however long it says that it lasts', { ...good, iat: NOW - 631, exp: NOW + 9999 }, /iat|old/],
  ['of tomorrow', { ...good, iat: NOW + 86_400, exp: NOW + 87_000 }, /iat/],
  ['that does not hold yet', { ...good, nbf: NOW + 31 }, /nbf/],
])('a token %s is refused', async (_, claims, why) => {
  const server = await runWith();
  const [status, detail] = await statusWith(server, await sign(claims));
  expect([status, detail]).toEqual([401, expect.stringMatching(why)]);
  expect(await server.store.users.list()).toEqual([]);
});

test.each<[string, string, string, () => Promise<string>]>([
  [
    'token_expired',
    'that has ended',
    'it expired 100 s ago (exp), by the gateway’s clock; send a new one',
    () => sign({ ...good, iat: NOW - 300, exp: NOW - 100 }),
  ],
  [
    'token_expired',
    'that is too old',
    'it was made 11 min ago (iat), and PALIADIN_JWT_MAX_AGE is 10 min; send a new one',
    () => sign({ ...good, iat: NOW - 660, exp: NOW + 60 }),
  ],
  [
    'token_not_yet_valid',
    'of tomorrow',
    'its iat is 24 h ahead of the gateway’s clock; set the application’s clock, or PALIADIN_JWT_CLOCK_SKEW',
    () => sign({ ...good, iat: NOW + 86_400, exp: NOW + 87_000 }),
  ],
  [
    'token_not_yet_valid',
    'that begins later',
    'its nbf is 31 s ahead of the gateway’s clock; set the application’s clock, or PALIADIN_JWT_CLOCK_SKEW',
    () => sign({ ...good, nbf: NOW + 31 }),
  ],
  [
    'token_wrong_issuer',
    'of somebody else',
    'its iss has to be "https://app.example" (PALIADIN_JWT_ISSUER)',
    () => sign({ ...good, iss: 'https://evil.example' }),
  ],
  [
    'token_wrong_audience',
    'for somebody else',
    'its aud has to be "paliadin" (PALIADIN_JWT_AUDIENCE)',
    () => sign({ ...good, aud: 'other' }),
  ],
  ['token_malformed', 'that never ends', 'it has no exp; sub, iat and exp are required', () => sign(without('exp'))],
  [
    'token_bad_signature',
    'with another secret',
    'its signature was not made with PALIADIN_JWT_SECRET',
    () => sign(good, { secret: OTHER }),
  ],
  [
    'token_malformed',
    'with another algorithm',
    'the alg of its header is not accepted; with PALIADIN_JWT_SECRET it may be HS256',
    () => sign(good, { alg: 'HS512' }),
  ],
])('401 says %s for a token %s, and what to do', async (reason, _, why, make) => {
  const server = await runWith();
  const { status, json, text } = await call(server, 'GET', '/api/me', { headers: bearer(await make()) });
  expect([status, json.reason, json.detail]).toEqual([401, reason, `the application’s token is refused: ${why}`]);
  expect(text).not.toContain('evil.example');
  // The reader is signed in at the application, and can't do it "first".
  expect(json.message).toBe(en.credentials_refused);
});

test('401 says token_unknown_key for a key that the application does not publish', async () => {
  const { served, url } = await aKeyServer();
  const [known, stranger] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  served.keys = [await publicKey(known?.publicKey as KeyObject, 'known')];
  const server = await runWith({ key: { jwks: url } });
  const reasonWith = async (kid: string) => {
    const token = await new SignJWT(good)
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(stranger?.privateKey as KeyObject);
    const { status, json } = await call(server, 'GET', '/api/me', { headers: bearer(token) });
    return [status, json.reason, json.detail];
  };
  expect(await reasonWith('stranger')).toEqual([401, 'token_unknown_key', expect.stringMatching(/JWKS_URL.*kid/)]);
  expect(await reasonWith('known')).toEqual([401, 'token_bad_signature', expect.stringContaining('JWKS_URL')]);
});

test.each([
  ['an API token that is unknown', `Bearer pal_${'A'.repeat(43)}`, 'token_unknown', /paliadin token list/],
  ['another scheme', 'Basic cm9vdDpyb290', 'token_malformed', /`Bearer`, a space/],
  ['no credentials', undefined, undefined, /sign in, or send a valid token/],
])('401 for %s says what is wrong', async (_, authorization, reason, detail) => {
  const server = await runServer();
  const headers = authorization === undefined ? {} : { authorization };
  const { status, json } = await call(server, 'GET', '/api/me', { headers });
  expect([status, json.reason, json.detail]).toEqual([401, reason, expect.stringMatching(detail)]);
  expect(json.message).toBe(reason === undefined ? en.unauthenticated : en.credentials_refused);
});

test('clocks may differ by the configured tolerance', async () => {
  const server = await runWith();
  for (const claims of [
    { ...good, iat: NOW - 100, exp: NOW - 29 },
    { ...good, iat: NOW + 29, exp: NOW + 60 },
    { ...good, nbf: NOW + 29 },
  ]) {
    expect(await statusWith(server, await sign(claims))).toEqual([200, null]);
  }
});

test('a token with another key, another algorithm or no signature is refused', async () => {
  const server = await runWith();
  const [header, payload, signature = ''] = (await sign(good)).split('.');
  const forged = [
    await sign(good, { secret: OTHER }),
    await sign(good, { alg: 'HS512' }),
    new UnsecuredJWT(good).encode(),
    `${header}.${payload}.`,
    `${header}.${payload}.${signature.slice(0, -2)}AA`,
    `${header}.${Buffer.from(JSON.stringify({ ...good, sub: 'eve' })).toString('base64url')}.${signature}`,
    ...['none', 'None', 'nOnE'].map(
      (alg) => `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload}.`,
    ),
    // With a key of its own.
    `${Buffer.from(JSON.stringify({ alg: 'HS256', jwk: { kty: 'oct', k: OTHER.toString('base64url') } })).toString('base64url')}.${payload}.${(await sign(good, { secret: OTHER })).split('.')[2]}`,
    'a.b.c',
    '..',
  ];
  for (const token of forged) expect([token, (await statusWith(server, token))[0]]).toEqual([token, 401]);
  expect(await server.store.users.list()).toEqual([]);
  expect(server.log()).not.toContain(signature);
});

/** Serves public keys on loopback. */
async function aKeyServer() {
  const served = { keys: [] as object[], asked: 0, status: 200 };
  const web = createServer((_request, response) => {
    served.asked++;
    response
      .writeHead(served.status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: served.keys }));
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void web.close());
  const { port } = web.address() as AddressInfo;
  return { served, url: new URL(`http://127.0.0.1:${port}/keys`) };
}

async function publicKey(key: KeyObject, kid: string) {
  return { ...(await exportJWK(key)), kid };
}

test('public keys are chosen by key id, fetched again for an unknown id, and never used as a secret', async () => {
  const { served, url } = await aKeyServer();
  const first = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const second = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  served.keys = [await publicKey(first.publicKey, 'first')];
  const server = await runWith({ key: { jwks: url } });
  const signed = (key: KeyObject, alg: string, kid: string, claims = good) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);

  expect(await statusWith(server, await signed(first.privateKey, 'RS256', 'first'))).toEqual([200, null]);
  expect(await statusWith(server, await signed(first.privateKey, 'PS256', 'first'))).toEqual([200, null]);
  expect(served.asked).toBe(1);

  // The public key as if it were a shared secret, in the forms that a library might take.
  const pem = first.publicKey.export({ type: 'spki', format: 'pem' });
  for (const secret of [Buffer.from(pem), Buffer.from(JSON.stringify(served.keys[0])), SECRET]) {
    const token = await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    expect((await statusWith(server, token))[0]).toBe(401);
  }
  expect((await statusWith(server, await signed(second.privateKey, 'ES256', 'first')))[0]).toBe(401);
  expect((await statusWith(server, new UnsecuredJWT(good).encode()))[0]).toBe(401);
  expect((await statusWith(server, await sign(good)))[0]).toBe(401);
  // A secret among the public keys is no key for us either.
  served.keys.push({ kty: 'oct', kid: 'shared', alg: 'HS256', k: SECRET.toString('base64url') });
  const shared = await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'shared' }).sign(SECRET);
  expect((await statusWith(server, shared))[0]).toBe(401);
});

/** Every kind of key that the documentation names. */
const KINDS: [alg: string, pair: () => { publicKey: KeyObject; privateKey: KeyObject }][] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg): (typeof KINDS)[number] => [
    alg,
    () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ]),
  ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ES384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['ES512', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['EdDSA', () => generateKeyPairSync('ed25519')],
  ['Ed25519', () => generateKeyPairSync('ed25519')],
];

test.each(KINDS)('%s: a token is verified with the key it names, or with any if it names none', async (alg, pair) => {
  const { served, url } = await aKeyServer();
  const [first, second, stranger] = [pair(), pair(), pair()];
  served.keys = [await publicKey(first.publicKey, 'first'), await publicKey(second.publicKey, 'second')];
  const server = await runWith({ key: { jwks: url } });
  const signed = (key: KeyObject, header: { kid?: string } = {}, claims: JWTPayload = good) =>
    new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(key);

  expect(await statusWith(server, await signed(first.privateKey, { kid: 'first' }))).toEqual([200, null]);
  expect(await statusWith(server, await signed(first.privateKey))).toEqual([200, null]);
  expect(await statusWith(server, await signed(second.privateKey))).toEqual([200, null]);
  expect(served.asked).toBe(1);
  // Neither another's key, nor one of theirs under the other's name, nor claims that don't hold.
  expect((await statusWith(server, await signed(stranger.privateKey)))[0]).toBe(401);
  expect((await statusWith(server, await signed(first.privateKey, { kid: 'second' })))[0]).toBe(401);
  expect(await statusWith(server, await signed(second.privateKey, {}, { ...good, aud: 'other' }))).toEqual([
    401,
    expect.stringContaining('aud'),
  ]);
});

test('keys without an id are told apart by type and by trying each', async () => {
  const { served, url } = await aKeyServer();
  const pairs = KINDS.map(([alg, pair]) => ({ alg, ...pair() }));
  served.keys = await Promise.all(pairs.map(async ({ publicKey }) => await exportJWK(publicKey)));
  const server = await runWith({ key: { jwks: url } });
  for (const { alg, privateKey } of pairs) {
    const token = await new SignJWT(good).setProtectedHeader({ alg }).sign(privateKey);
    expect([alg, ...(await statusWith(server, token))]).toEqual([alg, 200, null]);
  }
});

test.each([
  ['without a name', {}],
  ['under the name of the one before', { kid: 'current' }],
])('a key that replaces another %s is fetched, but not again for every invalid token', async (_, named) => {
  const { served, url } = await aKeyServer();
  const [first, second] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const publish = async (key: KeyObject | undefined) => {
    served.keys = [{ ...(await exportJWK(key as KeyObject)), ...named }];
  };
  const signed = (key: KeyObject | undefined) =>
    new SignJWT(good).setProtectedHeader({ alg: 'ES256', ...named }).sign(key as KeyObject);
  await publish(first?.publicKey);
  const server = await runWith({ key: { jwks: url } });
  expect((await statusWith(server, await signed(first?.privateKey)))[0]).toBe(200);
  await publish(second?.publicKey);
  // Those that were just fetched are not fetched again for a token that does not fit: anybody can send one.
  for (let n = 0; n < 5; n++) expect((await statusWith(server, await signed(second?.privateKey)))[0]).toBe(401);
  expect(served.asked).toBe(1);
  // jose goes by the wall clock.
  const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 31_000);
  onTestFinished(() => later.mockRestore());
  expect(await statusWith(server, await signed(second?.privateKey))).toEqual([200, null]);
  expect((await statusWith(server, await signed(first?.privateKey)))[0]).toBe(401);
  expect(served.asked).toBe(2);
});

test('only a limited number of keys in a set is tried, and an unusable key does not block the others', async () => {
  const { served, url } = await aKeyServer();
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [mine, last] = [pair(), pair()];
  const others = await Promise.all(Array.from({ length: 20 }, async () => await exportJWK(pair().publicKey)));
  const broken = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
  served.keys = [broken, await exportJWK(mine.publicKey), ...others, await exportJWK(last.publicKey)];
  const server = await runWith({ key: { jwks: url } });
  const signed = (key: KeyObject) => new SignJWT(good).setProtectedHeader({ alg: 'ES256' }).sign(key);
  expect(await statusWith(server, await signed(mine.privateKey))).toEqual([200, null]);
  expect((await statusWith(server, await signed(last.privateKey)))[0]).toBe(401);
});

test('a short RSA key is skipped when there are others, and named as the error when alone', async () => {
  const { served, url } = await aKeyServer();
  const [weak, other] = [1024, 2048].map((modulusLength) => generateKeyPairSync('rsa', { modulusLength }));
  served.keys = await Promise.all([weak, other].map(async (pair) => await exportJWK(pair?.publicKey as KeyObject)));
  const server = await runWith({ key: { jwks: url } });
  const [header, payload] = [{ alg: 'RS256' }, good].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = signBytes('sha256', Buffer.from(`${header}.${payload}`), weak?.privateKey as KeyObject);
  expect((await statusWith(server, `${header}.${payload}.${signature.toString('base64url')}`))[0]).toBe(401);
  served.keys = served.keys.slice(0, 1);
  const alone = await runWith({ key: { jwks: url } });
  expect((await statusWith(alone, `${header}.${payload}.${signature.toString('base64url')}`))[0]).toBe(503);
  expect(alone.log()).toMatch(/PALIADIN_JWT_JWKS_URL.*2048 bits/);
});

test('when the keys can’t be fetched the answer is 503, not an invalid token', async () => {
  const { served, url } = await aKeyServer();
  served.status = 500;
  const server = await runWith({ key: { jwks: url } });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = await new SignJWT(good).setProtectedHeader({ alg: 'ES256', kid: 'x' }).sign(privateKey);
  const { status, json } = await call(server, 'GET', '/api/me', { headers: bearer(token) });
  expect([status, json.code, json.retryable]).toEqual([503, 'internal', true]);
});

test('a browser exchanges a token for a session of its own', async () => {
  const server = await runWith();
  const exchange = async (token: string, headers = {}) =>
    call(server, 'POST', '/api/auth/token', { headers: { origin: server.origin, ...headers }, json: { token } });
  const { status, headers, json } = await exchange(await sign(good));
  expect(status).toBe(200);
  const [set = ''] = headers['set-cookie'] as string[];
  expect(set).toMatch(/^paliadin-\d+=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  const browser = sessionOf(set, json);
  const me = () => call(server, 'GET', '/api/me', { headers: browser });
  expect((await me()).json.user).toMatchObject({ name: 'anna', role: 'member' });
  server.clock.now += 12 * 3_600_000 - 1;
  expect((await me()).status).toBe(200);
  server.clock.now += 1;
  expect((await me()).status).toBe(401);

  expect((await exchange(await sign(good))).status).toBe(401); // too old by now
  expect((await exchange('a.b.c')).status).toBe(401);
  const { user } = await server.store.users.ensure({ subject: 'jwt:anna', now: 1 });
  disable(server, user.id);
  const fresh = { ...good, iat: server.clock.now / 1000, exp: server.clock.now / 1000 + 60 };
  expect((await exchange(await sign(fresh))).json.code).toBe('not_allowed');
  // A page of somebody else's signs nobody in as somebody else.
  expect((await exchange(await sign({ ...fresh, sub: 'eve' }), { origin: 'https://evil.example' })).status).toBe(403);
  expect(server.events.map(({ kind, way, reason = '' }) => [kind, way, reason.slice(0, 8)])).toEqual([
    ['sign-in', 'jwt', ''],
    ['sign-in-denied', 'jwt', 'the appl'],
    ['sign-in-denied', 'jwt', 'the appl'],
    ['sign-in-denied', 'jwt', 'disabled'],
  ]);
});

test('with `replace` false a token changes nothing where somebody else is signed in', async () => {
  const server = await runWith();
  const exchange = (token: string, headers: Record<string, string>, replace: boolean) =>
    call(server, 'POST', '/api/auth/token', {
      headers: { origin: server.origin, ...headers },
      json: { token, replace },
    });
  const [anna, eve] = [await sign({ ...good, name: 'Anna' }), await sign({ ...good, sub: 'eve', name: 'Eve' })];
  const first = await exchange(anna, {}, false);
  expect(first.json.signedIn).toBe(true);
  const browser = sessionOf(first.headers['set-cookie'], first.json);
  const asked = await exchange(eve, browser, false);
  expect([asked.status, asked.json]).toEqual([200, { signedIn: false, signedInAs: 'Anna', linkFor: 'Eve' }]);
  expect(asked.headers['set-cookie']).toBeUndefined();
  expect((await call(server, 'GET', '/api/me', { headers: browser })).json.user.name).toBe('Anna');
  const replaced = await exchange(eve, browser, true);
  expect(replaced.json.signedIn).toBe(true);
  expect((await call(server, 'GET', '/api/me', { headers: browser })).status).toBe(401);
});

test('changing the key ends the sessions made with the earlier key', async () => {
  const server = await runWith();
  const { headers, json } = await call(server, 'POST', '/api/auth/token', { json: { token: await sign(good) } });
  const browser = sessionOf(headers['set-cookie'], json);
  const rotated = await jwtAuthenticator({ ...settings, key: { secrets: [OTHER] } }, () => server.clock.now);
  expect(await server.store.signIn.dropBrowserSessionsOfOtherKeys('jwt', rotated.keyDigests)).toBe(1);
  expect((await call(server, 'GET', '/api/me', { headers: browser })).status).toBe(401);
  await expect(rotated.admit(await sign(good))).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('after signing out everywhere only a token issued since then is accepted', async () => {
  const server = await runWith();
  const old = await sign(good);
  expect((await statusWith(server, old))[0]).toBe(200);
  server.clock.now += 5000;
  const out = await call(server, 'POST', '/api/auth/sign-out', { headers: bearer(old), json: { everywhere: true } });
  expect(out.status).toBe(204);
  expect(await statusWith(server, old)).toEqual([401, expect.stringContaining('signed out since')]);
  const exchanged = await call(server, 'POST', '/api/auth/token', { json: { token: old } });
  expect([exchanged.status, exchanged.headers['set-cookie']]).toEqual([401, undefined]);
  expect((await statusWith(server, await sign({ ...good, iat: NOW + 6, exp: NOW + 60 })))[0]).toBe(200);
});

test.each<[string, (server: Running, own: string, userId: string, owner: string) => Promise<unknown>]>([
  [
    'the user signed out everywhere',
    (server, own) => call(server, 'POST', '/api/auth/sign-out', { headers: bearer(own), json: { everywhere: true } }),
  ],
  [
    'an administrator signed the user out',
    (server, _, userId, owner) =>
      call(server, 'POST', `/api/admin/users/${userId}/sign-out`, { headers: bearer(owner), json: { tokens: false } }),
  ],
  [
    'the user was disabled and enabled again',
    async (server, _, userId, owner) => {
      for (const disabled of [true, false]) {
        await call(server, 'PATCH', `/api/admin/users/${userId}`, { headers: bearer(owner), json: { disabled } });
      }
    },
  ],
])('a token made right after %s is accepted at once, and one from before is not', async (_, end) => {
  const server = await runWith();
  const owner = await aToken(server.store, 'owner', { clock: () => server.clock.now });
  server.clock.now += 5600; // in the middle of a second, which is all that a token says of its time
  const seconds = () => Math.floor(server.clock.now / 1000);
  const fresh = () => sign({ ...good, iat: seconds(), exp: seconds() + 60 });
  const old = await fresh();
  expect((await statusWith(server, old))[0]).toBe(200);
  const began = performance.now();
  await end(server, old, (await server.store.users.bySubject('jwt:anna'))?.id ?? '', owner);
  server.clock.now += Math.round(performance.now() - began);
  expect((await statusWith(server, await fresh()))[0]).toBe(200);
  const { status, json } = await call(server, 'GET', '/api/me', { headers: bearer(old) });
  expect([status, json.reason]).toEqual([401, 'signed_out']);
});

test('a stream ends with token_expired when its token does, and goes on where it was with a new one', async () => {
  const jwt = await jwtAuthenticator(settings, () => server.clock.now);
  const server = await runServer({ jwt, streamLimits: { recheckMs: 20 } });
  const token = await sign(good);
  const { json: turn } = await call(server, 'POST', '/api/turns', { headers: bearer(token), json: { message: 'hi' } });
  const path = `/api/turns/${turn.turnId}/events`;
  const stream = call(server, 'GET', path, { headers: bearer(token) });
  await expect.poll(() => server.readers.now).toBe(1);
  server.clock.now = (NOW + 300 + 30) * 1000;
  const { text } = await stream;
  expect(text).toMatch(/event: reconnect\ndata: \{"reason":"token_expired"\}\n\n$/);
  const last = [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] as string;

  const refused = await call(server, 'GET', path, { headers: bearer(token) });
  expect([refused.status, refused.json.reason]).toEqual([401, 'token_expired']);
  await server.agent.answer(turn.turnId, 'All of it.');
  const fresh = await sign({ ...good, iat: NOW + 330, exp: NOW + 400 });
  const resumed = await call(server, 'GET', path, { headers: { ...bearer(fresh), 'last-event-id': last } });
  const ids = [...resumed.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids[0]).toBe(Number(last) + 1);
  expect(resumed.text).toContain('All of it.');
  expect(resumed.text).toContain('event: finished');
});

test('an application’s token is refused when no application is configured', async () => {
  const server = await runServer();
  expect((await statusWith(server, await sign(good)))[0]).toBe(401);
  const { status } = await call(server, 'POST', '/api/auth/token', { json: { token: await sign(good) } });
  expect(status).toBe(401);
  expect((await call(server, 'GET', '/api/auth/ways')).json).toEqual({
    application: false,
    applicationUrl: null,
    proxy: false,
    lapsed: null,
  });
});
