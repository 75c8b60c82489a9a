import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { mintSignInCode, mintToken, SIGN_IN_CODE_LIFETIME_MS } from '../../src/audit/secrets.ts';
import { BROWSER_SESSION_MS } from '../../src/http/browser-cookie.ts';
import type { SignInEvent } from '../../src/http/sign-in/tell.ts';
import { aPerson, call, disable, type Running, runServer, signIn } from './running-server.ts';

async function aCode({ store, clock }: Running, userId: string): Promise<string> {
  return await mintSignInCode({ signIn: store.signIn, random: randomBytes, now: clock.now }, userId);
}

test('a code signs in once; the cookie is for this server and no script', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const code = await aCode(server, user.id);
  const first = await call(server, 'POST', '/api/auth/code', { json: { code } });
  expect(first.status).toBe(204);
  const [cookie] = first.headers['set-cookie'] as string[];
  const [pair, ...attributes] = (cookie as string).split('; ');
  expect(attributes.sort()).toEqual(
    [`Max-Age=${BROWSER_SESSION_MS / 1000}`, 'HttpOnly', 'Path=/', 'SameSite=Strict'].sort(),
  );
  expect(pair).toMatch(/^paliadin=[\w-]{43}$/);
  expect((await call(server, 'GET', '/api/me', { headers: { cookie: pair as string } })).json.user.id).toBe(user.id);
  const second = await call(server, 'POST', '/api/auth/code', { json: { code } });
  expect([second.status, second.json.code, second.headers['set-cookie']]).toEqual([401, 'unauthenticated', undefined]);
});

test('behind https the cookie says so in its name', async () => {
  const server = await runServer({ publicOrigins: () => ['https://chat.example', 'http://127.0.0.1:1'] });
  const host = 'chat.example';
  const { user } = await aPerson(server);
  const { headers } = await call(server, 'POST', '/api/auth/code', {
    headers: { host },
    json: { code: await aCode(server, user.id) },
  });
  const [cookie] = headers['set-cookie'] as string[];
  expect(cookie).toMatch(/^__Host-paliadin=[\w-]{43}; /);
  expect((cookie as string).split('; ')).toEqual(
    expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']),
  );
  expect(cookie).not.toMatch(/domain/i);
  expect(headers['strict-transport-security']).toBeDefined();
  const plain = (cookie as string).split(';')[0]?.replace('__Host-', '') as string;
  expect((await call(server, 'GET', '/api/me', { headers: { host, cookie: plain } })).status).toBe(401);
  // Whoever is on the machine itself has no https, and is promised none.
  const here = await call(server, 'POST', '/api/auth/code', {
    headers: { host: '127.0.0.1:1' },
    json: { code: await aCode(server, user.id) },
  });
  expect(String(here.headers['set-cookie'])).toMatch(/^paliadin=(?!.*Secure)/);
  expect(here.headers['strict-transport-security']).toBeUndefined();
});

test('a code is too old after a quarter of an hour', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const code = await aCode(server, user.id);
  server.clock.now += SIGN_IN_CODE_LIFETIME_MS;
  expect((await call(server, 'POST', '/api/auth/code', { json: { code } })).status).toBe(401);
});

test('right codes are not counted', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  for (let i = 0; i < 12; i++) {
    const { status } = await call(server, 'POST', '/api/auth/code', { json: { code: await aCode(server, user.id) } });
    expect(status).toBe(204);
  }
});

test('a browser stays signed in for a month, until it signs out or another code is used in it', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const status = async (cookie: string) => (await call(server, 'GET', '/api/me', { headers: { cookie } })).status;
  const first = await signIn(server, user);
  const again = await call(server, 'POST', '/api/auth/code', {
    headers: { cookie: first, origin: server.origin },
    json: { code: await aCode(server, user.id) },
  });
  const second = String(again.headers['set-cookie']).split(';')[0] as string;
  expect([await status(first), await status(second)]).toEqual([401, 200]);
  const out = await call(server, 'POST', '/api/auth/sign-out', { headers: { cookie: second, origin: server.origin } });
  expect([out.status, String(out.headers['set-cookie'])]).toEqual([
    204,
    expect.stringMatching(/^paliadin=; .*Expires=Thu, 01 Jan 1970/),
  ]);
  expect(await status(second)).toBe(401);
  const third = await signIn(server, user);
  server.clock.now += BROWSER_SESSION_MS - 1;
  expect(await status(third)).toBe(200);
  server.clock.now += 1;
  expect(await status(third)).toBe(401);
});

test('a token ends when it says, and wins over a cookie', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  const cookie = await signIn(server, other.user);
  expect((await call(server, 'GET', '/api/me', { headers: { cookie, ...bearer } })).json.user.id).toBe(user.id);
  expect(
    (await call(server, 'GET', '/api/me', { headers: { cookie, authorization: 'Bearer pal_wrong' } })).status,
  ).toBe(401);
  const minting = { signIn: server.store.signIn, random: randomBytes, now: server.clock.now };
  const token = await mintToken(minting, {
    userId: user.id,
    name: 'short',
    scopes: ['read'],
    expiresAt: server.clock.now + 1000,
  });
  const headers = { authorization: `Bearer ${token}` };
  expect((await call(server, 'GET', '/api/me', { headers })).status).toBe(200);
  server.clock.now += 1000;
  expect((await call(server, 'GET', '/api/me', { headers })).status).toBe(401);
});

test('a disabled user is refused, however they come', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const cookie = await signIn(server, user);
  const code = await aCode(server, user.id);
  disable(server, user.id);
  for (const headers of [bearer, { cookie }] as Record<string, string>[]) {
    expect(await call(server, 'GET', '/api/me', { headers })).toMatchObject({
      status: 403,
      json: { code: 'not_allowed', detail: 'the owner has disabled this user' },
    });
  }
  expect((await call(server, 'POST', '/api/auth/code', { json: { code } })).status).toBe(403);
});

test('signing out everywhere ends every browser, its streams and unused links, and no token', async () => {
  const events: SignInEvent[] = [];
  const server = await runServer({ streamLimits: { recheckMs: 20 }, onSignIn: (event) => events.push(event) });
  const { user, bearer } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  const [here, there, others] = [
    await signIn(server, user),
    await signIn(server, user),
    await signIn(server, other.user),
  ];
  const code = await aCode(server, user.id);
  const stream = call(server, 'GET', '/api/events', { headers: { cookie: there } });
  await expect.poll(() => server.readers.now).toBe(1);
  server.clock.now += 1000;
  const out = await call(server, 'POST', '/api/auth/sign-out', {
    headers: { cookie: here, origin: server.origin },
    json: { everywhere: true },
  });
  expect([out.status, String(out.headers['set-cookie'])]).toEqual([204, expect.stringMatching(/^paliadin=;/)]);
  expect((await stream).text).toContain('event: reconnect');
  const status = async (headers: Record<string, string>) => (await call(server, 'GET', '/api/me', { headers })).status;
  expect([await status({ cookie: here }), await status({ cookie: there })]).toEqual([401, 401]);
  expect([await status({ cookie: others }), await status(bearer)]).toEqual([200, 200]);
  expect((await call(server, 'POST', '/api/auth/code', { json: { code } })).status).toBe(401);
  expect(events.slice(-2)).toEqual([
    { kind: 'sign-out', userId: user.id, way: 'cookie', reason: 'everywhere', onRecord: true },
    { kind: 'sign-in-denied', userId: null, way: 'code', reason: expect.stringContaining('unknown, used or too old') },
  ]);
});

test('an admin signs others out, with their tokens too; the owner only themselves', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const admin = await aPerson(server, { subject: 'ada', role: 'admin' });
  const member = await aPerson(server, { subject: 'max' });
  await signIn(server, member.user);
  const out = (by: Record<string, string>, userId: string, json?: object) =>
    call(server, 'POST', `/api/admin/users/${userId}/sign-out`, { headers: by, ...(json && { json }) });
  expect((await out(member.bearer, admin.user.id)).status).toBe(403);
  expect((await out(admin.bearer, owner.user.id)).json).toMatchObject({ code: 'not_allowed' });
  expect((await out(owner.bearer, owner.user.id)).status).toBe(200);
  expect((await out(admin.bearer, member.user.id)).json).toEqual({ browsers: 1, tokens: 0 });
  expect((await call(server, 'GET', '/api/me', { headers: member.bearer })).status).toBe(200);
  expect((await out(admin.bearer, member.user.id, { tokens: true })).json).toEqual({ browsers: 0, tokens: 1 });
  expect((await call(server, 'GET', '/api/me', { headers: member.bearer })).status).toBe(401);
  expect((await out(admin.bearer, '39152504-4154-4a41-92f6-60d5456892f2')).status).toBe(404);
});
