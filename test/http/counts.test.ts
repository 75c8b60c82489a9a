import { expect, test, vi } from 'vitest';
import { countsBy } from '../../src/http/counts.ts';
import { aPerson, call, runServer } from './running-server.ts';

test('each key is counted until the window ends, then all start again', () => {
  const clock = { now: 5 };
  const counts = new (countsBy(() => clock.now))({}) as Counts;
  const told: unknown[] = [];
  const tell = (_error: unknown, result: unknown) => void told.push(result);
  counts.incr('a', tell, 1000);
  clock.now += 400;
  counts.incr('a', tell, 1000);
  counts.incr('b', tell, 1000);
  counts.read('a', tell, 1000);
  counts.child().incr('a', tell, 1000);
  clock.now += 600;
  counts.read('a', tell, 1000);
  counts.incr('a', tell, 1000);
  expect(told).toEqual([
    { current: 1, ttl: 1000 },
    { current: 2, ttl: 600 },
    { current: 1, ttl: 600 },
    { current: 2, ttl: 600 },
    { current: 1, ttl: 1000 },
    { current: 0, ttl: 1000 },
    { current: 1, ttl: 1000 },
  ]);
});

test('setting the wall clock back does not lengthen the wait at the rate limit', async () => {
  const server = await runServer({ rateLimit: 1 });
  const { bearer } = await aPerson(server);
  expect((await call(server, 'GET', '/api/turns', { headers: bearer })).status).toBe(200);
  const wallClock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 2 * 24 * 3_600_000);
  const { status, headers } = await call(server, 'GET', '/api/turns', { headers: bearer });
  wallClock.mockRestore();
  expect(status).toBe(429);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
});

interface Counts {
  incr(key: string, tell: (error: unknown, result: unknown) => void, windowMs: number): void;
  read: Counts['incr'];
  child(): Counts;
}
