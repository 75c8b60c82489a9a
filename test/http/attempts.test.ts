/** Failed sign-ins: they do not lock out others at the same address, and a flood of them leaves few audit rows. */
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test, vi } from 'vitest';
import { jwtAuthenticator } from '../../src/http/sign-in/jwt.ts';
import { aCode } from '../support/credentials.ts';
import { aPerson, bearer, call, open, type Running, responseOf, runServer, signIn } from './running-server.ts';

const SECRET = Buffer.from('a secret of the application, of 32 bytes or more');
const LOGIN = 'x-forwarded-email';

/** Behind a proxy of ours, so that a test says from where each request comes. */
async function runAll(options: Parameters<typeof runServer>[0] = {}): Promise<Running> {
  const key = { secrets: [SECRET] };
  const jwt = await jwtAuthenticator(
    { key, issuer: 'app', audience: 'paliadin', maxAgeMs: 600_000, skewMs: 30_000 },
    () => 1e6,
  );
  return await runServer({
    jwt,
    proxy: { header: LOGIN, nameHeader: null },
    trustsProxy: (address) => address === '127.0.0.1',
    ...options,
  });
}

function sign(sub: string, secret = SECRET): Promise<string> {
  const claims = { sub, iss: 'app', aud: 'paliadin', iat: 1000, exp: 1300 };
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
}

const FROM = { 'x-forwarded-for': '2001:db8:1:2::7' };
const NEIGHBOUR = { 'x-forwarded-for': '2001:db8:1:2::8' };

/** More than each limit has room for. */
const FLOOD = 120;

const FLOODS: Record<string, (server: Running, n: number) => Promise<number | undefined>> = {
  'wrong codes': async (server, n) => await exchange(server, 'code', { code: `guess ${n}` }, FROM),
  'the same wrong code': async (server) => await exchange(server, 'code', { code: 'guess' }, FROM),
  'wrong tokens of the application': async (server, n) =>
    await exchange(server, 'token', { token: await sign(`eve${n}`, randomBytes(48)) }, FROM),
  'what is no token': async (server, n) => await exchange(server, 'token', { token: `${n}` }, FROM),
  'API tokens that are none': async (server, n) => await me(server, { ...FROM, ...bearer(`pal_guess${n}`) }),
  'requests with wrong tokens of the application': async (server, n) =>
    await me(server, { ...FROM, ...bearer(await sign(`eve${n}`, randomBytes(48))) }),
  'cookies that are none': async (server, n) => await me(server, { ...FROM, cookie: `paliadin=guess${n}` }),
  'two names in the proxy’s header': async (server, n) => {
    const request = open(server, { path: '/api/me', headers: { ...FROM, [LOGIN]: ['eve', `eve${n}`] } });
    request.end();
    const response = await responseOf(request);
    response.resume();
    return response.statusCode;
  },
  'requests with nothing': async (server) => await me(server, FROM),
};

async function me(server: Running, headers: Record<string, string>): Promise<number | undefined> {
  return (await call(server, 'GET', '/api/me', { headers })).status;
}

async function exchange(server: Running, path: 'code' | 'token', json: object, headers: Record<string, string>) {
  return (await call(server, 'POST', `/api/auth/${path}`, { headers, json })).status;
}

test.each(Object.keys(FLOODS))(
  'a flood of %s is throttled, and locks out nobody else at the same address',
  async (name) => {
    const server = await runAll({ rateLimit: 50 });
    const { user, bearer: apiToken } = await aPerson(server);
    const browser = await signIn(server, user);
    const code = await aCode(server.store, user.id, () => server.clock.now);
    const answers = new Map<number | undefined, number>();
    for (let n = 0; n < FLOOD; n++) {
      const status = await FLOODS[name]?.(server, n);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
    expect([...answers.keys()].sort()).toEqual([401, 429]);

    expect((await call(server, 'GET', '/api/auth/ways', { headers: NEIGHBOUR })).status).toBe(200);
    expect(await exchange(server, 'code', { code }, NEIGHBOUR)).toBe(200);
    expect(await exchange(server, 'token', { token: await sign('ben') }, NEIGHBOUR)).toBe(200);
    expect(await me(server, { ...NEIGHBOUR, ...browser })).toBe(200);
    expect(await me(server, { ...NEIGHBOUR, ...apiToken })).toBe(200);
    expect(await me(server, { ...NEIGHBOUR, ...bearer(await sign('carl')) })).toBe(200);
    expect(await me(server, { ...NEIGHBOUR, [LOGIN]: 'dora@example.com' })).toBe(200);
    expect((await server.store.audit.list({ action: 'sign-in.denied', limit: 1000 })).length).toBeLessThanOrEqual(10);
  },
  60_000,
);

test('a forged proxy header locks out nobody else at the same address', async () => {
  const server = await runAll({ rateLimit: 50, trustsProxy: () => false });
  const { user, bearer: apiToken } = await aPerson(server);
  for (let n = 0; n < FLOOD; n++) expect(await me(server, { [LOGIN]: `eve${n}` })).toBe(403);
  const browser = await signIn(server, user);
  expect([await me(server, browser), await me(server, apiToken)]).toEqual([200, 200]);
  expect(await exchange(server, 'token', { token: await sign('ben') }, {})).toBe(200);
});

test('a code refused ten times in a minute is not looked up again, from any address; another code is', async () => {
  const byCode = vi.fn(async () => null);
  const server = await runAll();
  server.store.signIn.byCode = byCode;
  const statuses = [];
  for (let n = 0; n < 12; n++) {
    const from = { 'x-forwarded-for': `198.51.100.${n}` };
    statuses.push(await exchange(server, 'code', { code: 'an old one' }, from));
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  expect(byCode).toHaveBeenCalledTimes(10);
  const { status, json, headers } = await call(server, 'POST', '/api/auth/code', { json: { code: 'an old one' } });
  expect([status, json.code, Number(headers['retry-after']) > 0]).toEqual([429, 'rate_limited', true]);
  expect(await exchange(server, 'code', { code: 'another one' }, FROM)).toBe(401);
});

test('one user’s token can be exchanged for a limited number of sessions', async () => {
  const server = await runAll({ rateLimit: 5 });
  const statuses = [];
  for (let n = 0; n < 8; n++) statuses.push(await exchange(server, 'token', { token: await sign('anna') }, FROM));
  expect(statuses).toEqual([...Array(5).fill(200), 429, 429, 429]);
  expect(await exchange(server, 'token', { token: await sign('ben') }, FROM)).toBe(200);
});

test('requests from endless addresses do not use up the limits of users', async () => {
  const server = await runAll({ rateLimit: 20 });
  const { bearer: apiToken } = await aPerson(server);
  for (let n = 0; n < 50; n++) await me(server, { 'x-forwarded-for': `2001:db8:${n.toString(16)}::1` });
  expect(await me(server, apiToken)).toBe(200);
});

test('denials beyond a limit make one audit row for each sign-in method, with their number', async () => {
  const server = await runAll({ denialLimits: { periodMs: 3_600_000, perKey: 3, total: 5 } });
  for (let n = 0; n < 10; n++) await exchange(server, 'code', { code: `guess ${n}` }, FROM);
  for (let n = 0; n < 10; n++)
    await exchange(server, 'token', { token: `a.b.${n}` }, { 'x-forwarded-for': '192.0.2.1' });
  for (let n = 0; n < 4; n++) await me(server, { ...FROM, ...bearer(`pal_guess${n}`) });
  const { audit } = server.store;
  const ways = async () => (await audit.list({ action: 'sign-in.denied', limit: 100 })).map(({ detail }) => detail.way);
  await expect.poll(ways).toEqual(['jwt', 'jwt', 'code', 'code', 'code']); // written after the answer
  expect(await audit.list({ action: 'sign-in.omitted', limit: 10 })).toEqual([]);
  await server.app.close();
  expect(await audit.list({ action: 'sign-in.omitted', limit: 10 })).toMatchObject([
    { actor: 'gateway', subject: null, detail: { count: 19, code: 7, jwt: 8, token: 4, minutes: 1 } },
  ]);
});
