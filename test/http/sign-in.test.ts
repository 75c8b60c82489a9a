import { expect, test } from 'vitest';
import type { User } from '../../src/contract/records/user.ts';
import { SESSION_KEY_HEADER } from '../../src/contract/session-key.ts';
import { SIGN_IN_CODE_LIFETIME_MS } from '../../src/services/sign-in/credentials.ts';
import { hashSecret } from '../../src/services/sign-in/secrets.ts';
import { BROWSER_SESSION_MS } from '../../src/services/sign-in/sign-in.ts';
import type { SignInEvent } from '../../src/services/sign-in/sign-in-event.ts';
import { sessionOf } from '../support/browser-session.ts';
import { aToken, aCode as createCode } from '../support/credentials.ts';
import { aPerson, call, disable, type Running, runServer, signIn } from './running-server.ts';

async function aCode({ store, clock }: Running, userId: string): Promise<string> {
  return await createCode(store, userId, () => clock.now);
}

test('a code signs in once; the cookie is host-only and HttpOnly, the session key is for the page', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const code = await aCode(server, user.id);
  const first = await call(server, 'POST', '/api/auth/code', { json: { code } });
  expect([first.status, first.json]).toEqual([
    200,
    { signedIn: true, sessionKey: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
  const [cookie] = first.headers['set-cookie'] as string[];
  const [pair, ...attributes] = (cookie as string).split('; ');
  expect(attributes.sort()).toEqual(
    [`Max-Age=${BROWSER_SESSION_MS / 1000}`, 'HttpOnly', 'Path=/', 'SameSite=Strict'].sort(),
  );
  expect(pair).toMatch(new RegExp(`^paliadin-${server.port}=[\\w-]{43}$`));
  expect(pair).not.toContain(first.json.sessionKey);
  const browser = sessionOf(pair, first.json);
  expect((await call(server, 'GET', '/api/me', { headers: browser })).json.user.id).toBe(user.id);
  const second = await call(server, 'POST', '/api/auth/code', { json: { code } });
  expect([second.status, second.json.code, second.headers['set-cookie']]).toEqual([401, 'unauthenticated', undefined]);
});

test('under https the cookie has the __Host- prefix', async () => {
  const server = await runServer({ publicOrigins: () => ['https://chat.example', 'http://127.0.0.1:1'] });
  const host = 'chat.example';
  const { user } = await aPerson(server);
  const { headers, json } = await call(server, 'POST', '/api/auth/code', {
    headers: { host },
    json: { code: await aCode(server, user.id) },
  });
  const [cookie] = headers['set-cookie'] as string[];
  expect(cookie).toMatch(/^__Host-paliadin-443=[\w-]{43}; /);
  expect((cookie as string).split('; ')).toEqual(
    expect.arrayContaining(['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']),
  );
  expect(cookie).not.toMatch(/domain/i);
  expect(headers['strict-transport-security']).toBeDefined();
  const browser = sessionOf(cookie, json);
  const me = (over: object) => call(server, 'GET', '/api/me', { headers: { host, ...browser, ...over } });
  expect((await me({})).status).toBe(200);
  // There too a cookie goes to every port of the host.
  const { cookie: alone } = browser;
  expect((await call(server, 'GET', '/api/me', { headers: { host, cookie: alone } })).status).toBe(401);
  expect((await me({ cookie: alone.replace('__Host-', '') })).status).toBe(401);
  expect((await me({ cookie: alone.replace('443', '8443') })).status).toBe(401);
  // Whoever is on the machine itself has no https, and is promised none.
  const here = await call(server, 'POST', '/api/auth/code', {
    headers: { host: '127.0.0.1:1' },
    json: { code: await aCode(server, user.id) },
  });
  expect(String(here.headers['set-cookie'])).toMatch(/^paliadin-1=(?!.*Secure)/);
  expect(here.headers['strict-transport-security']).toBeUndefined();
});

test('a code expires after a quarter of an hour', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const code = await aCode(server, user.id);
  server.clock.now += SIGN_IN_CODE_LIFETIME_MS;
  expect((await call(server, 'POST', '/api/auth/code', { json: { code } })).status).toBe(401);
});

test('successful sign-ins do not count against the rate limit', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  for (let i = 0; i < 12; i++) {
    const { status } = await call(server, 'POST', '/api/auth/code', { json: { code: await aCode(server, user.id) } });
    expect(status).toBe(200);
  }
});

test('a browser stays signed in for a month, or until sign-out or another code', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const status = async (headers: Record<string, string>) => (await call(server, 'GET', '/api/me', { headers })).status;
  const first = await signIn(server, user);
  const again = await call(server, 'POST', '/api/auth/code', {
    headers: { ...first, origin: server.origin },
    json: { code: await aCode(server, user.id) },
  });
  const second = sessionOf(again.headers['set-cookie'], again.json);
  expect([await status(first), await status(second)]).toEqual([401, 200]);
  const out = await call(server, 'POST', '/api/auth/sign-out', { headers: { ...second, origin: server.origin } });
  expect([out.status, String(out.headers['set-cookie'])]).toEqual([
    204,
    expect.stringMatching(new RegExp(`^paliadin-${server.port}=; .*Expires=Thu, 01 Jan 1970`)),
  ]);
  expect(await status(second)).toBe(401);
  const third = await signIn(server, user);
  server.clock.now += BROWSER_SESSION_MS - 1;
  expect(await status(third)).toBe(200);
  server.clock.now += 1;
  expect(await status(third)).toBe(401);
});

test('a cookie without its session key is refused, and so is a session key without its cookie', async () => {
  const server = await runServer();
  const anna = await aPerson(server, { subject: 'anna', role: 'owner' });
  const bert = await aPerson(server, { subject: 'bert' });
  const [hers, other, his] = [
    await signIn(server, anna.user),
    await signIn(server, anna.user),
    await signIn(server, bert.user),
  ];
  const key = SESSION_KEY_HEADER;
  const attempts: Record<string, string>[] = [
    { cookie: hers.cookie },
    { [key]: hers[key] },
    { cookie: hers.cookie, [key]: '' },
    { cookie: hers.cookie, [key]: hers.cookie.split('=')[1] as string },
    { cookie: hers.cookie, [key]: hashSecret(hers[key]) },
    { cookie: hers.cookie, [key]: `${hers[key]}, ${hers[key]}` },
    { cookie: `${hers.cookie}; ${key}=${hers[key]}` },
    // Both from somebody, but not from the same session: another person's, or another browser's of the same.
    { cookie: hers.cookie, [key]: his[key] },
    { cookie: his.cookie, [key]: hers[key] },
    { cookie: hers.cookie, [key]: other[key] },
  ];
  for (const headers of attempts) {
    const { status, json } = await call(server, 'GET', '/api/me', { headers: { ...headers, origin: server.origin } });
    expect([headers, status, json.code]).toEqual([headers, 401, 'unauthenticated']);
  }
  // In an address it counts for nothing.
  const { cookie } = hers;
  for (const name of [key, 'sessionKey', 'session-key']) {
    expect((await call(server, 'GET', `/api/me?${name}=${hers[key]}`, { headers: { cookie } })).status).toBe(401);
  }
  // What an owner sees of the host is seen by nobody who only has the cookie.
  expect((await call(server, 'GET', '/readyz', { headers: { cookie } })).json.hosts).toBeNull();
  expect((await call(server, 'GET', '/readyz', { headers: hers })).json.hosts).not.toBeNull();
  // None of it has ended a session.
  for (const headers of [hers, other, his])
    expect((await call(server, 'GET', '/api/me', { headers })).status).toBe(200);
});

test('a cookie that another port set under our name does not hide ours', async () => {
  const server = await runServer();
  const anna = await aPerson(server, { subject: 'anna' });
  const eve = await aPerson(server, { subject: 'eve' });
  const [hers, evil] = [await signIn(server, anna.user), await signIn(server, eve.user)];
  const me = (cookie: string) => call(server, 'GET', '/api/me', { headers: { ...hers, cookie } });
  // A browser sends those of a longer path first.
  const planted = `${evil.cookie}; ${evil.cookie.slice(0, -1)}x`;
  expect((await me(`${planted}; theme=dark; ${hers.cookie}`)).json.user.id).toBe(anna.user.id);
  // In the place of ours it signs nobody in as somebody else.
  expect((await me(planted)).status).toBe(401);
});

test('another user’s link replaces a session only when confirmed, and stays usable until then', async () => {
  const server = await runServer();
  const anna = await aPerson(server, { subject: 'anna' });
  const bert = await aPerson(server, { subject: 'bert' });
  const hers = await signIn(server, anna.user);
  const code = await aCode(server, bert.user.id);
  const open = (json: object, headers: Record<string, string> = hers) =>
    call(server, 'POST', '/api/auth/code', { headers: { ...headers, origin: server.origin }, json });
  for (const replace of [{}, { replace: false }]) {
    const asked = await open({ code, ...replace });
    expect([asked.status, asked.json, asked.headers['set-cookie']]).toEqual([
      200,
      { signedIn: false, signedInAs: 'anna', linkFor: 'bert' },
      undefined,
    ]);
  }
  expect((await call(server, 'GET', '/api/me', { headers: hers })).json.user.id).toBe(anna.user.id);
  // Whoever has only the cookie is nobody, so there is nobody to ask about.
  const elsewhere = await open({ code: await aCode(server, bert.user.id) }, { cookie: hers.cookie });
  expect(elsewhere.json.signedIn).toBe(true);
  expect((await call(server, 'GET', '/api/me', { headers: hers })).status).toBe(200);

  const replaced = await open({ code, replace: true });
  const his = sessionOf(replaced.headers['set-cookie'], replaced.json);
  expect((await call(server, 'GET', '/api/me', { headers: his })).json.user.id).toBe(bert.user.id);
  expect((await call(server, 'GET', '/api/me', { headers: hers })).status).toBe(401);
  expect((await open({ code, replace: true })).status).toBe(401);
  // One's own link goes through.
  expect((await open({ code: await aCode(server, bert.user.id) }, his)).json.signedIn).toBe(true);
});

test('opening the link of another user with the same name shows how the two differ', async () => {
  const server = await runServer();
  const [one, other] = ['anna', 'jwt:7'].map(async (subject) => {
    const { user } = await server.store.users.ensure({ subject, name: 'Anna', now: 1 });
    return user;
  });
  const hers = await signIn(server, await (one as Promise<User>));
  const code = await aCode(server, (await (other as Promise<User>)).id);
  expect((await call(server, 'POST', '/api/auth/code', { headers: hers, json: { code } })).json).toEqual({
    signedIn: false,
    signedInAs: 'Anna (anna)',
    linkFor: 'Anna (jwt:7)',
  });
});

test('a signed-out page is told whether a session has lapsed', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const lapsed = async (cookie?: string) => {
    const { json } = await call(server, 'GET', '/api/auth/ways', { headers: cookie === undefined ? {} : { cookie } });
    return json.lapsed;
  };
  expect(await lapsed()).toBeNull();
  expect(await lapsed('theme=dark; paliadin-1=x')).toBeNull();
  expect(await lapsed((await signIn(server, user)).cookie)).toBe('ended');
  // Of a version that had no session keys: known here, of another gateway, and forgotten once it is signed in anew.
  const expiresAt = server.clock.now + BROWSER_SESSION_MS;
  const old = { hash: hashSecret('old'), keyHash: '', userId: user.id, createdAt: 1, expiresAt };
  await server.store.signIn.addBrowserSession({ ...old, way: 'code', keyDigest: null });
  expect([await lapsed('paliadin=old'), await lapsed('paliadin=of-another-gateway')]).toEqual(['update', null]);
  const me = { headers: { cookie: 'paliadin=old', [SESSION_KEY_HEADER]: '' } };
  expect((await call(server, 'GET', '/api/me', me)).status).toBe(401);
  expect(await server.store.signIn.countBrowserSessions(user.id, server.clock.now)).toBe(1);
  const json = { code: await aCode(server, user.id) };
  expect((await call(server, 'POST', '/api/auth/code', { headers: { cookie: 'paliadin=old' }, json })).status).toBe(
    200,
  );
  expect(await lapsed('paliadin=old')).toBeNull();
});

test('a token is refused after its expiry, and wins over a cookie', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  const browser = await signIn(server, other.user);
  expect((await call(server, 'GET', '/api/me', { headers: { ...browser, ...bearer } })).json.user.id).toBe(user.id);
  expect(
    (await call(server, 'GET', '/api/me', { headers: { ...browser, authorization: 'Bearer pal_wrong' } })).status,
  ).toBe(401);
  const clock = () => server.clock.now;
  const token = await aToken(server.store, user.subject, { scopes: ['read'], lifetimeMs: 1000, clock });
  const headers = { authorization: `Bearer ${token}` };
  expect((await call(server, 'GET', '/api/me', { headers })).status).toBe(200);
  server.clock.now += 1000;
  expect((await call(server, 'GET', '/api/me', { headers })).status).toBe(401);
});

test('a disabled user is refused with every kind of sign-in', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const browser = await signIn(server, user);
  const code = await aCode(server, user.id);
  disable(server, user.id);
  for (const headers of [bearer, browser] as Record<string, string>[]) {
    expect(await call(server, 'GET', '/api/me', { headers })).toMatchObject({
      status: 403,
      json: { code: 'not_allowed', detail: 'the owner has disabled this user' },
    });
  }
  expect((await call(server, 'POST', '/api/auth/code', { json: { code } })).status).toBe(403);
});

test('signing out everywhere ends all browser sessions, their streams and unused links, but no token', async () => {
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
  const stream = call(server, 'GET', '/api/events', { headers: there });
  await expect.poll(() => server.readers.now).toBe(1);
  server.clock.now += 1000;
  const out = await call(server, 'POST', '/api/auth/sign-out', {
    headers: { ...here, origin: server.origin },
    json: { everywhere: true },
  });
  expect([out.status, String(out.headers['set-cookie'])]).toEqual([204, expect.stringMatching(/^paliadin-\d+=;/)]);
  expect((await stream).text).toContain('event: reconnect');
  const status = async (headers: Record<string, string>) => (await call(server, 'GET', '/api/me', { headers })).status;
  expect([await status(here), await status(there)]).toEqual([401, 401]);
  expect([await status(others), await status(bearer)]).toEqual([200, 200]);
  expect((await call(server, 'POST', '/api/auth/code', { json: { code } })).status).toBe(401);
  expect(events.slice(-2)).toEqual([
    { kind: 'sign-out', userId: user.id, way: 'cookie', reason: 'everywhere', onRecord: true },
    { kind: 'sign-in-denied', userId: null, way: 'code', reason: expect.stringContaining('unknown, used or too old') },
  ]);
});

test('an admin signs other users out, with their tokens if asked; only the owner signs out the owner', async () => {
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
