import { expect, test } from 'vitest';
import { closeInOrder, DAEMON_CLOSES_MS, GATEWAY_CLOSES_MS, STOP_MS } from '../../src/process/close-in-order.ts';

test('a step that hangs or fails is reported, and does not delay the others', async () => {
  const done: string[] = [];
  const troubles: string[] = [];
  const steps = [
    { what: 'one', ms: 1_000, close: () => done.push('one') },
    { what: 'two', ms: 10, close: () => new Promise(() => {}) },
    { what: 'three', ms: 1_000, close: () => Promise.reject(new Error('it broke')) },
    { what: 'four', ms: 1_000, close: async () => done.push('four') },
  ];
  await closeInOrder(steps, (what, error) => troubles.push(`${what}: ${(error as Error).message}`));
  expect(done).toEqual(['one', 'four']);
  expect(troubles).toEqual([
    'two could not be closed: it takes longer than 10 ms',
    'three could not be closed: it broke',
  ]);
});

test.each([
  ['gateway', GATEWAY_CLOSES_MS],
  ['daemon', DAEMON_CLOSES_MS],
])('the %s is through with all steps before it is ended by force', (_who, steps) => {
  expect(Object.values(steps).reduce((sum, ms) => sum + ms, 0)).toBeLessThan(STOP_MS);
});
