/** Sign-in by a proxy's header. Requests come over loopback; whether 127.0.0.1 is trusted makes it a proxy or not. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { SignInEvent } from '../../src/services/sign-in/sign-in-event.ts';
import { aPerson, call, disable, type Running, type RunOptions, runServer, signIn } from './running-server.ts';

const LOGIN = 'tailscale-user-login';
const NAME = 'tailscale-user-name';

async function behindProxy(options: RunOptions = {}): Promise<Running & { events: SignInEvent[] }> {
  const events: SignInEvent[] = [];
  const server = await runServer({
    proxy: { header: LOGIN, nameHeader: NAME },
    trustsProxy: (address) => address === '127.0.0.1',
    onSignIn: (event) => events.push(event),
    ...options,
  });
  return { ...server, events };
}

const me = (server: Running, headers: Record<string, string> = {}) => call(server, 'GET', '/api/me', { headers });

test('the proxy’s header creates a member with the name that it gives', async () => {
  const server = await behindProxy();
  const { status, json } = await me(server, { [LOGIN]: 'anna@example.com', [NAME]: '=?utf-8?q?J=C3=BCrgen_B.?=' });
  expect([status, json.user]).toEqual([200, { id: json.user.id, name: 'Jürgen B.', role: 'member', locale: null }]);
  expect(await server.store.users.bySubject('proxy:anna@example.com')).toMatchObject({ email: 'anna@example.com' });
  expect((await me(server, { [LOGIN]: 'ben' })).json.user.name).toBe('ben');
  expect((await me(server, { [LOGIN]: 'Ben' })).json.user.id).not.toBe(
    (await me(server, { [LOGIN]: 'ben' })).json.user.id,
  );
  expect((await call(server, 'GET', '/api/auth/ways')).json).toEqual({
    application: false,
    applicationUrl: null,
    proxy: true,
    lapsed: null,
  });
  expect(server.events.filter(({ userId }) => userId === json.user.id)).toEqual([
    { kind: 'sign-in', userId: json.user.id, way: 'proxy' },
  ]);
});

test('no proxy header makes its user the owner or another local user', async () => {
  const server = await behindProxy();
  await server.store.users.ensure({ subject: 'owner', role: 'owner', now: 1 });
  for (const login of ['owner', 'proxy:owner', 'jwt:anna']) {
    expect((await me(server, { [LOGIN]: login })).json.user.role).toBe('member');
  }
});

test('the header from an untrusted address is refused on every route, whatever else comes with it', async () => {
  const server = await behindProxy({ trustsProxy: (address) => address === '10.0.0.1' });
  const { bearer, user } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const browser = await signIn(server, user);
  const others: Record<string, string>[] = [
    { [LOGIN]: 'olga' },
    { [LOGIN]: '' },
    { [NAME]: 'Olga' },
    { [LOGIN]: 'olga', 'x-forwarded-for': '10.0.0.1' },
    { [LOGIN]: 'olga', forwarded: 'for=10.0.0.1', 'x-real-ip': '10.0.0.1' },
    { [LOGIN]: 'olga', ...bearer },
    { [LOGIN]: 'olga', ...browser },
  ];
  for (const headers of others) {
    for (const path of ['/api/me', '/', '/healthz', '/api/auth/ways', '/nothing']) {
      const { status, json } = await call(server, 'GET', path, { headers });
      expect([headers, path, status, json.code]).toEqual([headers, path, 403, 'not_allowed']);
      expect(json.detail).toContain('127.0.0.1, which is not in PALIADIN_TRUSTED_PROXIES');
    }
  }
  expect((await me(server, bearer)).status).toBe(200);
  expect((await server.store.users.list()).map(({ subject }) => subject)).toEqual(['olga']);
  expect(server.events).toContainEqual(expect.objectContaining({ kind: 'sign-in-denied', way: 'proxy', userId: null }));
});

test('two login headers are refused: one of them may be the client’s own', async () => {
  const server = await behindProxy();
  const raw = async (lines: string[]) => {
    const socket = connect(server.port, '127.0.0.1');
    const head = ['GET /api/me HTTP/1.1', `Host: 127.0.0.1:${server.port}`, 'Connection: close', ...lines];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    return /^HTTP\/1\.1 (\d+)/.exec(await text(socket))?.[1];
  };
  expect(await raw(['Tailscale-User-Login: anna'])).toBe('200');
  expect(await raw(['Tailscale-User-Login: anna', 'Tailscale-User-Login: eve'])).toBe('401');
  expect(await raw(['Tailscale-User-Login: anna', 'tailscale-user-login: anna'])).toBe('401');
  expect(await raw([`Tailscale-User-Login: ${'x'.repeat(201)}`])).toBe('401');
  expect(await raw(['Tailscale-User-Login: anna\u0001'])).toMatch(/^40[01]$/);
});

test('a token wins over the proxy’s header, which wins over a cookie', async () => {
  const server = await behindProxy();
  const { user, bearer } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const browser = await signIn(server, user);
  expect((await me(server, browser)).json.user.id).toBe(user.id);
  expect((await me(server, { ...browser, [LOGIN]: 'anna' })).json.user.name).toBe('anna');
  expect((await me(server, { ...browser, [LOGIN]: 'anna', ...bearer })).json.user.id).toBe(user.id);
  expect((await me(server, { [LOGIN]: '' })).status).toBe(401);
});

test('a disabled user is refused, and their stream ends', async () => {
  const server = await behindProxy({ streamLimits: { recheckMs: 20 } });
  const { json } = await me(server, { [LOGIN]: 'anna' });
  const stream = call(server, 'GET', '/api/events', { headers: { [LOGIN]: 'anna' } });
  await expect.poll(() => server.readers.now).toBe(1);
  disable(server, json.user.id);
  expect((await stream).text).toContain('event: reconnect');
  expect((await me(server, { [LOGIN]: 'anna' })).status).toBe(403);
  expect(server.events).toContainEqual({
    kind: 'sign-in-denied',
    userId: json.user.id,
    way: 'proxy',
    reason: 'disabled',
  });
});

test('a trusted proxy’s requests are counted per client; others’ X-Forwarded-For is ignored', async () => {
  const server = await behindProxy({ rateLimit: 3 });
  const from = async (address: string) => (await me(server, { 'x-forwarded-for': address })).status;
  for (let i = 0; i < 3; i++) expect(await from('198.51.100.1')).toBe(401);
  expect(await from('198.51.100.1')).toBe(429);
  expect(await from('198.51.100.2')).toBe(401);
  // What the client wrote itself stands before what the proxy added.
  expect(await from('203.0.113.9, 198.51.100.1')).toBe(429);

  const without = await runServer({ rateLimit: 3 });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await me(without, { 'x-forwarded-for': `198.51.100.${i}` })).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
});
