/** The bus wakes the subscribers of stored events, and brings the events along where none is missing between. */
import { expect, test, vi } from 'vitest';
import type { EventCursor } from '../../src/store/gateway-link.ts';
import { cursorsOf, type EventScope, inMemoryEventBus } from '../../src/turn/event-bus.ts';

const cursor = (userId: string, turnId: string, id = 1): EventCursor => ({ userId, turnId, id });

function observed() {
  const onError = vi.fn();
  const bus = inMemoryEventBus(onError);
  const woken: string[] = [];
  const subscribe = (name: string, scope: EventScope) => bus.subscribe(scope, () => woken.push(name));
  return { bus, onError, woken, subscribe };
}

test('a subscriber is woken for its own scope only, once per published batch', () => {
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

test('the events come along if none is missing since those before, each to its own scope', () => {
  const { bus } = observed();
  const got: unknown[] = [];
  bus.subscribe({ userId: 'anna' }, (stored) => got.push(stored?.map(({ id }) => id) ?? 'read the store'));
  const publish = (...ids: [user: string, id: number][]) => {
    const stored = ids.map(([user, id]) => ({ ...cursor(user, 't', id), at: 1, event: { type: 'accepted' } as const }));
    bus.publish(cursorsOf(stored), stored);
  };
  publish(['anna', 7]); // nobody knows what was before
  publish(['anna', 8], ['ben', 9], ['anna', 10]);
  publish(['anna', 12]); // another process has stored 11
  publish(['anna', 13]);
  bus.publish([cursor('anna', 't', 14)]); // of another gateway
  publish(['anna', 15]);
  publish(['anna', 16]);
  expect(got).toEqual(['read the store', [8, 10], 'read the store', [13], 'read the store', 'read the store', [16]]);
});

test('a subscriber is not woken after it unsubscribes', () => {
  const { bus, woken, subscribe } = observed();
  subscribe('one', {})();
  bus.publish([cursor('anna', 'a1')]);
  expect(woken).toEqual([]);
});

test('a subscriber that throws is reported, and the others are still woken', () => {
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

test('the cursors of a batch have each turn’s last id, and nothing of the events’ content', () => {
  const text = { type: 'chunk', offset: 0, text: 'secret' } as const;
  const events = [
    { ...cursor('anna', 'a1', 1), at: 1, event: text },
    { ...cursor('ben', 'b1', 2), at: 1, event: text },
    { ...cursor('anna', 'a1', 3), at: 1, event: text },
  ];
  expect(cursorsOf(events)).toEqual([cursor('anna', 'a1', 3), cursor('ben', 'b1', 2)]);
});
