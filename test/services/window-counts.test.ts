import { expect, test } from 'vitest';
import { MAX_KEYS, WindowCounts } from '../../src/services/window-counts.ts';

test('new keys beyond the limit share one count; known keys keep their own', () => {
  const counts = new WindowCounts(() => 0);
  for (let n = 0; n < MAX_KEYS; n++) counts.add(`key ${n}`, 1000);
  expect(counts.add('one more', 1000).current).toBe(1);
  expect(counts.add('and one more', 1000).current).toBe(2);
  expect(counts.add('key 7', 1000).current).toBe(2);
  expect(counts.read('and one more', 1000).current).toBe(0);
});
