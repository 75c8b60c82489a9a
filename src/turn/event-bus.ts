/**
 * Wakes subscribers that wait for events. It carries no events: a subscriber that is woken reads the store from its own
 * cursor. So a wake-up may come late, twice, or for nothing, and any gateway may store the events.
 */

import type { EventCursor } from '../store/gateway-link.ts';

/** Whose events. Without a user, those of all users; without a turn, all of the user's. */
export interface EventScope {
  userId?: string;
  turnId?: string;
}

export interface EventBus {
  /** Called once the events can be read. */
  publish(cursors: readonly EventCursor[]): void;
  /** Calls `wake` after events of this scope were stored. Returns a function that unsubscribes. */
  subscribe(scope: EventScope, wake: () => void): () => void;
}

export interface InMemoryEventBus extends EventBus {
  /** Wakes every subscriber: events may have been stored of which nothing is known here. */
  wakeAll(): void;
}

/** For one gateway. `onError` is called for a subscriber that throws; the others are still woken. */
export function inMemoryEventBus(onError: (what: string, error: unknown) => void): InMemoryEventBus {
  const subscribers = new Set<{ scope: EventScope; wake(): void }>();
  function wakeWhere(concerns: (scope: EventScope) => boolean): void {
    for (const { scope, wake } of [...subscribers]) {
      if (!concerns(scope)) continue;
      try {
        wake();
      } catch (error) {
        onError('a reader of events failed', error);
      }
    }
  }

  return {
    publish: (cursors) => wakeWhere((scope) => cursors.some((cursor) => isWithin(cursor, scope))),
    wakeAll: () => wakeWhere(() => true),
    subscribe(scope, wake) {
      const subscriber = { scope, wake };
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}

/** One cursor for each turn. */
export function cursorsOf(events: readonly EventCursor[]): EventCursor[] {
  return [...new Map(events.map(({ userId, turnId, id }) => [turnId, { userId, turnId, id }])).values()];
}

function isWithin(cursor: EventCursor, { userId, turnId }: EventScope): boolean {
  return (userId === undefined || cursor.userId === userId) && (turnId === undefined || cursor.turnId === turnId);
}
