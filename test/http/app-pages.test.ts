/** Calls from the application's own pages: what a browser is told by CORS, and what counts as signed in there. */
import { expect, test } from 'vitest';
import { aPerson, call, runServer, signIn } from './running-server.ts';

const APP = 'https://app';
const preflight = (origin: string, headers: Record<string, string> = {}) => ({
  headers: { origin, 'access-control-request-method': 'POST', ...headers },
});

test('a preflight of a listed origin is answered without sign-in, and allows a token but no credentials', async () => {
  const server = await runServer();
  const { status, headers, text } = await call(server, 'OPTIONS', '/api/turns', preflight(APP));
  expect([status, text]).toEqual([204, '']);
  expect(headers).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
    'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID',
    vary: 'Origin',
  });
  expect(headers['access-control-allow-credentials']).toBeUndefined();
});

test('OpenAI’s client may say where it runs, and nothing else is let through by its example', async () => {
  const server = await runServer({ appOrigins: ['https://app.example'] });
  const { headers } = await call(server, 'OPTIONS', '/v1/responses', {
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers':
        'authorization,content-type,x-stainless-os,x-stainless-lang,x-paliadin-session-key',
    },
  });
  expect(headers['access-control-allow-headers']).toBe(
    'Authorization, Content-Type, Idempotency-Key, Last-Event-ID, x-stainless-os, x-stainless-lang',
  );
});

test('a refused preflight says in log and body that PALIADIN_APP_ORIGINS decides', async () => {
  const server = await runServer();
  for (const origin of ['https://evil.example', 'https://app.evil.example', 'http://app', 'null']) {
    const { status, headers, json } = await call(server, 'OPTIONS', '/api/turns', preflight(origin));
    expect([origin, status, json.code]).toEqual([origin, 403, 'not_allowed']);
    expect(json.detail).toContain('PALIADIN_APP_ORIGINS');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
  expect(server.log()).toMatch(/"origin":"https:\/\/evil.example".*PALIADIN_APP_ORIGINS/);
});

test('a preflight under another Host is refused, as every request is', async () => {
  const server = await runServer();
  const { status } = await call(server, 'OPTIONS', '/api/turns', preflight(APP, { host: 'evil.example' }));
  expect(status).toBe(403);
});

test('a page of a listed origin can ask with a token, and read the answer and the refusals', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const headers = { ...bearer, origin: APP, 'sec-fetch-site': 'cross-site' };
  const asked = await call(server, 'POST', '/api/turns', { headers, json: { message: 'hi' } });
  expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([202, APP]);
  const exposed = 'Content-Disposition, Date, Retry-After, X-Request-Id';
  expect(asked.headers['access-control-expose-headers']).toBe(exposed);
  for (const [path, status] of [
    ['/api/turns/nothing', 400],
    ['/api/admin/users', 403],
    ['/api/turns/39152504-4154-4a41-92f6-60d5456892f2', 404],
  ] as const) {
    const refused = await call(server, 'GET', path, { headers });
    expect([path, refused.status, refused.headers['access-control-allow-origin']]).toEqual([path, status, APP]);
  }
  const expired = await call(server, 'GET', '/api/me', { headers: { ...headers, authorization: 'Bearer pal_gone' } });
  expect([expired.status, expired.headers['access-control-allow-origin']]).toEqual([401, APP]);
  expect(expired.json.reason).toBe('token_unknown');
});

test('a cookie or a proxy’s header signs nobody in from the application’s pages', async () => {
  const server = await runServer({
    proxy: { header: 'x-forwarded-email', nameHeader: null },
    trustsProxy: (address) => address === '127.0.0.1',
  });
  const { user } = await aPerson(server);
  const browser = await signIn(server, user);
  const proxied = { 'x-forwarded-email': 'anna@app.example' };
  for (const way of [browser, proxied] as Record<string, string>[]) {
    for (const method of ['GET', 'POST']) {
      const path = '/api/turns';
      const call_ = method === 'GET' ? {} : { json: { message: 'hi' } };
      const { status, json } = await call(server, method, path, { headers: { ...way, origin: APP }, ...call_ });
      expect([method, status, json.detail]).toEqual([method, 401, expect.stringContaining('Authorization: Bearer')]);
    }
  }
  expect(await server.store.turns.list({ limit: 1 })).toEqual([]);
});

test('what signs a browser in is closed to the application’s pages, with or without a token', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  for (const [method, path] of [
    ['POST', '/api/auth/code'],
    ['POST', '/api/auth/token'],
    ['GET', '/api/auth/ways'],
    ['GET', '/'],
  ] as const) {
    for (const way of [{}, bearer]) {
      const { status, headers } = await call(server, method, path, { headers: { ...way, origin: APP } });
      expect([path, status, headers['set-cookie']]).toEqual([path, 403, undefined]);
    }
  }
});
