import { expect, test } from 'vitest';
import { PaliadinError } from '../../src/contract/errors.ts';
import { aPerson, call, runServer } from './running-server.ts';

test('an unexpected error tells the client nothing internal, and logs no user text', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server, { role: 'owner' });
  server.turns.ask = async ({ message }) => {
    throw new TypeError(`cannot read properties of ${message}`);
  };
  const headers = { ...bearer, 'accept-language': 'de' };
  await call(server, 'GET', '/api/turns?search=secret-query', { headers });
  await call(server, 'GET', '/api/turns?secret-parameter=x', { headers });
  const result = await call(server, 'POST', '/api/turns', { headers, json: { message: 'secret-word' } });
  expect(result).toMatchObject({
    status: 500,
    json: { code: 'internal', message: 'Bei uns ist etwas schiefgegangen. Bitte noch einmal versuchen.', detail: null },
  });
  expect(result.text).not.toMatch(/TypeError|at .*\.ts|secret/);
  const failed = server
    .log()
    .split('\n')
    .find((line) => line.includes('request failed')) as string;
  expect(JSON.parse(failed)).toMatchObject({ level: 50, error: 'internal', cause: 'TypeError' });
  expect(failed).toContain('errors.test.ts');
  expect(server.log()).not.toMatch(/secret|pal_/);
});

test('a failing store is 503, with the reason in the log', async () => {
  const server = await runServer();
  const [owner, anna] = [await aPerson(server, { subject: 'owner', role: 'owner' }), await aPerson(server)];
  server.turns.ask = async () => {
    throw new PaliadinError('store_unavailable', '/state/paliadin.db: the disk is full');
  };
  const ask = async (headers: Record<string, string>) =>
    (await call(server, 'POST', '/api/turns', { headers, json: { message: 'x' } })).json;
  expect(await ask(anna.bearer)).toMatchObject({ code: 'store_unavailable', retryable: true, detail: null });
  expect(await ask(owner.bearer)).toMatchObject({ detail: '/state/paliadin.db: the disk is full' });
  expect(server.log()).toContain('/state/paliadin.db: the disk is full');
  await server.store.close();
  const { status, json } = await call(server, 'GET', '/api/me', { headers: owner.bearer });
  expect([status, json.code]).toEqual([503, 'store_unavailable']);
  expect((await call(server, 'GET', '/healthz')).status).toBe(200);
});

test('each request is one log line with method, route, status, time and turn, without URL or text', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server);
  const { json } = await call(server, 'POST', '/api/turns', { headers, json: { message: 'secret-word' } });
  await call(server, 'GET', `/api/turns/${json.turnId}`, { headers });
  await call(server, 'GET', '/secret/word?secret=word', { headers });
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.includes('"answered"'))
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      method: 'POST',
      route: '/api/turns',
      status: 202,
      turnId: json.turnId,
      ms: expect.any(Number),
      reqId: expect.any(String),
    },
    { method: 'GET', route: '/api/turns/:turnId', status: 200, turnId: json.turnId },
    { method: 'GET', route: null, status: 404 },
  ]);
  expect(server.log()).not.toContain('secret');
});
