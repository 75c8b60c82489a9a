/** Hundreds of megabytes of responses that nobody reads. */
import { expect, test, vi } from 'vitest';
import { aTurn } from '../store/temporary-store.ts';
import { aPerson, call, runServer } from './running-server.ts';
import { unread } from './unread.ts';

test('while unread responses fill the memory, requests are refused until they are gone', async () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const server = await runServer({
    responseStallMs: 1000,
    overloadLimits: { memoryBytes: heapUsed + arrayBuffers + 100 * 2 ** 20 },
  });
  const { bearer, token, user } = await aPerson(server);
  const session = await server.store.sessions.ofUser(user, { prefix: 'test', host: 'scripted', now: 1 });
  const { turnId, ...asked } = aTurn({ user, session });
  await server.store.turns.insert({ turnId, ...asked });
  const change = { status: 'completed' as const, response: 'x'.repeat(16 * 2 ** 20) };
  await server.store.turns.write([{ turnId, change, events: [] }]);
  for (let n = 0; n < 12; n++) await unread(server, `/api/turns/${turnId}`, token);
  const me = async () => {
    const { status, headers } = await call(server, 'GET', '/api/me', { headers: bearer });
    return [status, headers['retry-after']];
  };
  await vi.waitFor(async () => expect(await me()).toEqual([503, '5']), { timeout: 10_000 });
  expect((await call(server, 'GET', '/healthz')).status).toBe(200);
  await vi.waitFor(async () => expect(await me()).toEqual([200, undefined]), { timeout: 30_000, interval: 100 });
}, 60_000);
