import { expect, test } from 'vitest';
import { backoff } from '../../src/contract/backoff.ts';

test('a pause is a whole number of milliseconds, whatever the random number', () => {
  for (const random of [0, 0.123456, 0.5, 0.999999]) {
    const pause = backoff(3, { firstMs: 5001, maxMs: 7_200_000, random: () => random });
    expect(Number.isInteger(pause)).toBe(true);
    expect(pause).toBeGreaterThanOrEqual(10_002);
    expect(pause).toBeLessThanOrEqual(20_004);
  }
});
