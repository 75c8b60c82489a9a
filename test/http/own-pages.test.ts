import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { aPerson, call, runServer, signIn } from './running-server.ts';

test.each([
  ['another name, as a page that rebinds its own name would send', (port: number) => `evil.example:${port}`],
  ['another port', () => '127.0.0.1:1'],
  ['no port', () => '127.0.0.1'],
  ['a name that begins like ours', (port: number) => `127.0.0.1:${port}.evil.example`],
])('a Host header with %s is refused on every route', async (_, host) => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  for (const path of ['/', '/healthz', '/api/me', '/api/events', '/nothing']) {
    const { status, json } = await call(server, 'GET', path, { headers: { ...bearer, host: host(server.port) } });
    expect([path, status, json.code]).toEqual([path, 403, 'not_allowed']);
    expect(json.detail).toContain(`127.0.0.1:${server.port}`);
  }
});

test('a request without a Host header is refused', async () => {
  const server = await runServer();
  const socket = connect(server.port, '127.0.0.1');
  socket.end('GET /healthz HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
});

test('a request from another origin is refused, for every caller and route', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const browser = await signIn(server, user);
  const foreign = [
    'http://evil.example',
    `http://localhost:${server.port}`,
    'http://127.0.0.1:1',
    'null',
    `https://127.0.0.1:${server.port}`,
  ];
  for (const origin of foreign) {
    for (const way of [bearer, browser] as Record<string, string>[]) {
      const asked = await call(server, 'POST', '/api/turns', { headers: { ...way, origin }, json: { message: 'hi' } });
      expect([origin, asked.status, asked.json.code]).toEqual([origin, 403, 'not_allowed']);
      expect((await call(server, 'GET', '/api/events', { headers: { ...way, origin } })).status).toBe(403);
    }
    expect((await call(server, 'POST', '/api/auth/code', { headers: { origin }, json: { code: 'x' } })).status).toBe(
      403,
    );
  }
  expect(await server.store.turns.list({ limit: 1 })).toEqual([]);
});

test('a browser’s cookie changes something only with our own Origin header', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const browser = await signIn(server, user);
  const json = { message: 'hi' };
  expect((await call(server, 'POST', '/api/turns', { headers: browser, json })).status).toBe(403);
  expect(await server.store.turns.list({ limit: 1 })).toEqual([]);
  expect((await call(server, 'GET', '/api/me', { headers: browser })).status).toBe(200);
  const own = { ...browser, origin: server.origin };
  expect((await call(server, 'POST', '/api/turns', { headers: own, json })).status).toBe(202);
});

test('a request with a token needs no Origin header', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  expect((await call(server, 'POST', '/api/turns', { headers: bearer, json: { message: 'hi' } })).status).toBe(202);
});

test('pages of other sites, and of other ports here, can’t open a stream', async () => {
  const server = await runServer();
  const { user } = await aPerson(server);
  const browser = await signIn(server, user);
  for (const site of ['cross-site', 'same-site', 'whatever']) {
    for (const path of ['/api/events', '/api/me']) {
      const { status } = await call(server, 'GET', path, { headers: { ...browser, 'sec-fetch-site': site } });
      expect([site, path, status]).toEqual([site, path, 403]);
    }
    // A link that leads to the page is no harm.
    expect((await call(server, 'GET', '/healthz', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
  }
  for (const site of ['same-origin', 'none']) {
    expect((await call(server, 'GET', '/api/me', { headers: { ...browser, 'sec-fetch-site': site } })).status).toBe(
      200,
    );
  }
});

test('no answer allows another origin to read it', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const { headers } = await call(server, 'GET', '/api/me', { headers: { ...bearer, origin: server.origin } });
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
});
