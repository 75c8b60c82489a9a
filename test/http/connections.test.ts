/** Clients that do not read, or that open endless connections, use up neither memory nor other users' service. */
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { errorBody, historyPage } from '../../src/contract/api.ts';
import { aTurn } from '../store/temporary-store.ts';
import { aPerson, call, type Running, runServer } from './running-server.ts';
import { unread } from './unread.ts';

async function withLongAnswers(server: Running, turns: number) {
  const person = await aPerson(server);
  const session = await server.store.sessions.ofUser(person.user, { prefix: 'test', host: 'scripted', now: 1 });
  for (let turn = 0; turn < turns; turn++) {
    const asked = aTurn({ user: person.user, session });
    await server.store.turns.insert(asked);
    const change = { status: 'completed' as const, response: 'x'.repeat(100_000) };
    await server.store.turns.write([{ turnId: asked.turnId, change, events: [] }]);
  }
  return person;
}

const openSockets = (server: Running) =>
  new Promise<number>((resolve) => server.app.server.getConnections((_, count) => resolve(count)));

test('a page of history has at most a megabyte, and its cursor continues', async () => {
  const server = await runServer();
  const { bearer } = await withLongAnswers(server, 25);
  const { text, json } = await call(server, 'GET', '/api/turns?limit=200', { headers: bearer });
  expect(text.length).toBeLessThan(1.2 * 2 ** 20);
  const first = historyPage.parse(json);
  expect(first.turns).toHaveLength(10);
  const next = await call(server, 'GET', `/api/turns?limit=200&before=${first.nextBefore}`, { headers: bearer });
  expect(historyPage.parse(next.json).turns).toHaveLength(10);
});

test('a reader that takes nothing of a response is disconnected, and a slow one is not', async () => {
  const server = await runServer({ responseStallMs: 1000 });
  const { token } = await withLongAnswers(server, 300);
  const path = '/api/turns/export';
  const stalled = await unread(server, path, token);
  const slow = await unread(server, path, token);
  let bytes = 0;
  slow.on('data', (data) => {
    bytes += data.length;
    slow.pause();
    setTimeout(() => slow.resume(), 5);
  });
  slow.resume();
  await vi.waitFor(async () => expect(await openSockets(server)).toBe(1), { timeout: 20_000, interval: 50 });
  slow.removeAllListeners('data');
  slow.on('data', (data) => {
    bytes += data.length;
    if (data.includes('\r\n0\r\n\r\n')) slow.end();
  });
  slow.resume();
  await once(slow, 'close');
  expect(bytes).toBeGreaterThan(300 * 100_000);
  expect(stalled.bytesRead).toBeLessThan(bytes);
}, 60_000);

test('connections from one address are limited; one more gets 429, and others are served', async () => {
  const server = await runServer({ connectionLimits: { perAddress: 3 } });
  const { bearer, token } = await aPerson(server);
  const held = [];
  for (let n = 0; n < 3; n++) held.push(await unread(server, '/api/events', token));
  await vi.waitFor(async () => expect(await openSockets(server)).toBe(3));
  const refused = await call(server, 'GET', '/api/me', { headers: bearer });
  expect([refused.status, refused.headers['retry-after'], errorBody.parse(refused.json)]).toMatchObject([
    429,
    '5',
    { code: 'rate_limited', retryable: true, detail: '3 connections are already open; close one first' },
  ]);
  expect((await call(server, 'GET', '/healthz')).status).toBe(200);
  held[0]?.destroy();
  await vi.waitFor(async () => expect((await call(server, 'GET', '/api/me', { headers: bearer })).status).toBe(200));
});

test('concurrent requests of one user are limited; one more gets 429, and others are served', async () => {
  const server = await runServer({ connectionLimits: { perUser: 2 } });
  const { bearer, token } = await aPerson(server);
  const other = await aPerson(server, { subject: 'bert' });
  const held = [await unread(server, '/api/events', token), await unread(server, '/api/events', token)];
  await vi.waitFor(() => expect(server.readers.now).toBe(2));
  const refused = await call(server, 'GET', '/api/me', { headers: bearer });
  expect([refused.status, refused.headers['retry-after'], refused.json.code]).toEqual([429, '5', 'rate_limited']);
  expect((await call(server, 'GET', '/api/me', { headers: other.bearer })).status).toBe(200);
  held[0]?.destroy();
  await vi.waitFor(async () => expect((await call(server, 'GET', '/api/me', { headers: bearer })).status).toBe(200));
});
