/**
 * Wakes subscribers that wait for events: a subscriber that is woken reads the store from its own cursor. So a wake-up
 * may come late, twice, or for nothing, and any gateway may store the events. Where it is certain that nothing is
 * missing between the events before and these, the wake-up brings them along, and nobody needs to read.
 */

import type { StoredEvent } from '../contract/records/event.ts';
import type { EventCursor } from '../store/gateway-link.ts';

/** Whose events. Without a user, those of all users; without a turn, all of the user's. */
export interface EventScope {
  userId?: string;
  turnId?: string;
}

export interface EventBus {
  /** Called once the events can be read. `stored`: all of them, in the order of their ids. */
  publish(cursors: readonly EventCursor[], stored?: readonly StoredEvent[]): void;
  /** Calls `wake` after events of this scope were stored. Returns a function that unsubscribes. */
  subscribe(scope: EventScope, wake: Wake): () => void;
}

/** `next`: all events of the scope since the last wake-up; without it, there may be others. */
export type Wake = (next?: readonly StoredEvent[]) => void;

export interface InMemoryEventBus extends EventBus {
  /** Wakes every subscriber: events may have been stored of which nothing is known here. */
  wakeAll(): void;
}

/** For one gateway. `onError` is called for a subscriber that throws; the others are still woken. */
export function inMemoryEventBus(onError: (what: string, error: unknown) => void): InMemoryEventBus {
  const subscribers = new Set<{ scope: EventScope; wake: Wake }>();
  /** The last event that was published; null if others may have been stored since. */
  let last: number | null = null;

  /** Of a database with one writer, ids have no gaps: where there is one, another process has stored an event. */
  function follows(stored: readonly StoredEvent[]): boolean {
    const before = last;
    last = stored.at(-1)?.id ?? before;
    return before !== null && stored.every(({ id }, at) => id === before + 1 + at);
  }

  function wakeWhere(concerns: (scope: EventScope) => boolean, stored?: readonly StoredEvent[]): void {
    for (const { scope, wake } of [...subscribers]) {
      if (!concerns(scope)) continue;
      try {
        wake(stored?.filter((event) => isWithin(event, scope)));
      } catch (error) {
        onError('a reader of events failed', error);
      }
    }
  }

  return {
    publish(cursors, stored) {
      const next = stored !== undefined && follows(stored) ? stored : undefined;
      wakeWhere((scope) => cursors.some((cursor) => isWithin(cursor, scope)), next);
    },
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
