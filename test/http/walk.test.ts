import { expect, test } from 'vitest';
import { errorBody } from '../../src/contract/api.ts';
import { call, runServer } from './running-server.ts';

test('every route answers 401 without sign-in, but for those that are meant to be open', async () => {
  const server = await runServer();
  const closed = server.app.routes.filter((route) => !route.open);
  const open = server.app.routes.filter((route) => route.open).map(({ method, url }) => `${method} ${url}`);
  expect(open.sort()).toEqual([
    'GET /',
    'GET /*',
    'GET /healthz',
    'GET /openapi.json',
    'GET /readyz',
    'HEAD /',
    'HEAD /*',
    'HEAD /healthz',
    'POST /api/auth/code',
  ]);
  expect(closed.length).toBeGreaterThanOrEqual(10);
  for (const { method, url } of closed) {
    expect(url).toMatch(/^\/api\//);
    const path = url.replace(':turnId', '39152504-4154-4a41-92f6-60d5456892f2');
    const attempts = [
      {},
      { authorization: `Bearer pal_${'A'.repeat(43)}` },
      { authorization: 'Bearer' },
      { authorization: 'Basic cm9vdDpyb290' },
      { cookie: `paliadin=${'A'.repeat(43)}`, origin: server.origin },
      { cookie: 'paliadin=', origin: server.origin },
    ];
    for (const headers of attempts) {
      const {
        status,
        json,
        headers: sent,
      } = await call(server, method, path, { headers: headers as Record<string, string> });
      expect([method, url, status, json?.code]).toEqual([method, url, 401, 'unauthenticated']);
      expect(errorBody.parse(json)).toEqual(json);
      expect(sent['www-authenticate']).toBe('Bearer');
    }
  }
});

test('unknown addresses and methods say so, without a stack', async () => {
  const server = await runServer();
  expect(await call(server, 'GET', '/api/nothing')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(await call(server, 'POST', '/nothing')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(await call(server, 'GET', '/%zz')).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  expect(await call(server, 'DELETE', '/api/turns')).toMatchObject({
    status: 405,
    headers: { allow: 'POST, GET' },
    json: { code: 'bad_request', detail: 'this address takes POST, GET' },
  });
  expect(await call(server, 'OPTIONS', '/api/turns')).toMatchObject({ status: 405 });
  const german = await call(server, 'GET', '/api/nothing', { headers: { 'accept-language': 'fr;q=0.3, de-AT' } });
  expect(german.json.message).toBe('Hier gibt es nichts mit diesem Namen.');
});
