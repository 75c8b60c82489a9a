import { expect, test } from 'vitest';
import { backoff } from '../../src/contract/backoff.ts';
import { retry } from '../../src/process/retry.ts';

/** Fails so many times. */
function failing(times: number, error = new Error('no')) {
  const counted = { calls: 0 };
  const work = async () => {
    if (++counted.calls <= times) throw error;
    return 'done';
  };
  return { work, counted };
}

test('pauses double up to the longest, with jitter where asked', () => {
  expect([1, 2, 3, 4, 9].map((failures) => backoff(failures, { firstMs: 50, maxMs: 300 }))).toEqual([
    50, 100, 200, 300, 300,
  ]);
  expect(backoff(7, { firstMs: 50 })).toBe(50);
  expect(backoff(2, { firstMs: 50, maxMs: 300, random: () => 0 })).toBe(50);
  expect(backoff(2, { firstMs: 50, maxMs: 300, random: () => 0.5 })).toBe(75);
});

test('a failing operation is retried until it succeeds, and each failure is reported', async () => {
  // p-retry would give up at this one.
  const error = new TypeError('no');
  const { work, counted } = failing(3, error);
  const told: unknown[] = [];
  expect(await retry(work, { firstMs: 1, onFailure: (failure) => told.push(failure) })).toBe('done');
  expect(counted.calls).toBe(4);
  expect(told).toEqual([error, error, error]);
});

test.each([
  ['another attempt can’t help', { when: () => false }, 1],
  ['there were as many attempts as allowed', { attempts: 2 }, 2],
  ['the deadline would be over', { deadline: performance.now() - 1 }, 1],
])('the last failure is thrown where %s', async (_, options, calls) => {
  const { work, counted } = failing(5);
  await expect(retry(work, { firstMs: 1, ...options })).rejects.toThrow('no');
  expect(counted.calls).toBe(calls);
});

test('aborting ends the pause, and nothing is retried', async () => {
  const { work, counted } = failing(5);
  const stop = new AbortController();
  const end = retry(work, { firstMs: 60_000, signal: stop.signal, onFailure: () => stop.abort() });
  await expect(end).rejects.toMatchObject({ name: 'AbortError' });
  expect(counted.calls).toBe(1);
});

test('an operation that has failed before begins with a pause', async () => {
  const { work, counted } = failing(0);
  const stop = new AbortController();
  const end = retry(work, { firstMs: 60_000, failures: 1, signal: stop.signal });
  stop.abort();
  await expect(end).rejects.toMatchObject({ name: 'AbortError' });
  expect(counted.calls).toBe(0);
});
