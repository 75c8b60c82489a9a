/**
 * Wakes those who wait for events. No event travels over it: whoever is woken reads the store from a cursor of their
 * own, so that a wake-up may come late, twice, or for nothing, and events may be stored by any gateway.
 */

/** Events of a turn are stored, `id` the last of them. */
export interface EventCursor {
  userId: string;
  turnId: string;
  id: number;
}

/** Whose events. Without a user, everybody's; without a turn, all of the user's. */
export interface EventScope {
  userId?: string;
  turnId?: string;
}

export interface EventBus {
  /** Once they can be read. */
  publish(cursors: readonly EventCursor[]): void;
  /** Calls `wake` after events of this scope were stored. Returns how to stop that. */
  subscribe(scope: EventScope, wake: () => void): () => void;
}

/** For one gateway. `onError` hears of a subscriber that throws; the others are woken all the same. */
export function inMemoryEventBus(onError: (what: string, error: unknown) => void): EventBus {
  const subscribers = new Set<{ scope: EventScope; wake(): void }>();
  return {
    publish(cursors) {
      for (const { scope, wake } of [...subscribers]) {
        if (!cursors.some((cursor) => isWithin(cursor, scope))) continue;
        try {
          wake();
        } catch (error) {
          onError('a reader of events failed', error);
        }
      }
    },
    subscribe(scope, wake) {
      const subscriber = { scope, wake };
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}

/** One for each turn. */
export function cursorsOf(events: readonly EventCursor[]): EventCursor[] {
  return [...new Map(events.map(({ userId, turnId, id }) => [turnId, { userId, turnId, id }])).values()];
}

function isWithin(cursor: EventCursor, { userId, turnId }: EventScope): boolean {
  return (userId === undefined || cursor.userId === userId) && (turnId === undefined || cursor.turnId === turnId);
}
