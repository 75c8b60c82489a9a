import { expect, test, vi } from 'vitest';
import { boundDenials } from '../../../src/services/sign-in/denials.ts';
import type { SignInEvent } from '../../../src/services/sign-in/sign-in-event.ts';

test('denials are counted from zero in each period, and the omitted ones are written when it ends', () => {
  vi.useFakeTimers();
  try {
    const clock = { now: 5 };
    const written: string[] = [];
    const omitted: [number, [string, number][]][] = [];
    const denials = boundDenials({
      write: ({ reason = '' }) => void written.push(reason),
      writeOmitted: async ({ ways, ms }) => void omitted.push([ms, [...ways]]),
      now: () => clock.now,
      limits: { periodMs: 1000, perKey: 2, total: 3 },
    });
    const deny = (key: string) => denials.add(key, denied(key));
    for (const key of ['a', 'a', 'a', 'b', 'c', 'a']) deny(key);
    expect([written, omitted]).toEqual([['a', 'a', 'b'], []]);
    clock.now += 1000;
    vi.advanceTimersByTime(1000);
    expect(omitted).toEqual([[1000, [['code', 3]]]]);
    deny('a');
    expect(written).toEqual(['a', 'a', 'b', 'a']);
    clock.now += 5000;
    vi.advanceTimersByTime(5000);
    expect(omitted).toHaveLength(1); // nothing more happened, so nothing is said
  } finally {
    vi.useRealTimers();
  }
});

function denied(reason: string): SignInEvent {
  return { kind: 'sign-in-denied', userId: null, way: 'code', reason };
}
