import { expect, test } from 'vitest';
import { stretchOf } from '../../src/services/statistics.ts';

const HOUR = 3_600_000;

test('a day begins at the reader’s local midnight, and a range ends today', () => {
  const now = Date.UTC(2026, 5, 10, 23, 30);
  expect(stretchOf('today', now, 0)).toEqual({ from: Date.UTC(2026, 5, 10), bucketMs: HOUR });
  expect(stretchOf('today', now, 120).from).toBe(Date.UTC(2026, 5, 10, 22));
  expect(stretchOf('today', now, -300).from).toBe(Date.UTC(2026, 5, 10, 5));
  expect(stretchOf('90d', now, 0)).toEqual({ from: Date.UTC(2026, 5, 10) - 89 * 24 * HOUR, bucketMs: 24 * HOUR });
});
