/** The bus wakes those whose events were stored, and carries none of them. */
import { expect, test, vi } from 'vitest';
import { cursorsOf, type EventCursor, type EventScope, inMemoryEventBus } from '../../src/turn/event-bus.ts';

const cursor = (userId: string, turnId: string, id = 1): EventCursor => ({ userId, turnId, id });

function observed() {
  const onError = vi.fn();
  const bus = inMemoryEventBus(onError);
  const woken: string[] = [];
  const subscribe = (name: string, scope: EventScope) => bus.subscribe(scope, () => woken.push(name));
  return { bus, onError, woken, subscribe };
}

test('a subscriber is woken for its own scope alone, once for all that was stored together', () => {
  const { bus, woken, subscribe } = observed();
  subscribe('all', {});
  subscribe('anna', { userId: 'anna' });
  subscribe('turn a1', { userId: 'anna', turnId: 'a1' });
  bus.publish([cursor('anna', 'a1'), cursor('anna', 'a2')]);
  expect(woken.splice(0)).toEqual(['all', 'anna', 'turn a1']);
  bus.publish([cursor('anna', 'a2')]);
  expect(woken.splice(0)).toEqual(['all', 'anna']);
  bus.publish([cursor('ben', 'a1')]);
  expect(woken.splice(0)).toEqual(['all']);
});

test('who has unsubscribed is woken no more', () => {
  const { bus, woken, subscribe } = observed();
  subscribe('one', {})();
  bus.publish([cursor('anna', 'a1')]);
  expect(woken).toEqual([]);
});

test('a subscriber that throws is told of, and keeps no other from being woken', () => {
  const { bus, onError, woken, subscribe } = observed();
  const broken = new Error('a reader broke');
  bus.subscribe({}, () => {
    throw broken;
  });
  subscribe('other', {});
  expect(() => bus.publish([cursor('anna', 'a1')])).not.toThrow();
  expect(woken).toEqual(['other']);
  expect(onError).toHaveBeenCalledWith('a reader of events failed', broken);
});

test('of several events of a turn the last one’s id travels, and nothing of what they say', () => {
  const text = { type: 'chunk', offset: 0, text: 'secret' } as const;
  const events = [
    { ...cursor('anna', 'a1', 1), at: 1, event: text },
    { ...cursor('ben', 'b1', 2), at: 1, event: text },
    { ...cursor('anna', 'a1', 3), at: 1, event: text },
  ];
  expect(cursorsOf(events)).toEqual([cursor('anna', 'a1', 3), cursor('ben', 'b1', 2)]);
});
