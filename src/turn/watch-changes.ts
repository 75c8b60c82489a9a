import type { StoredEvent } from '../contract/records/event.ts';
import type { EventStore } from '../store/event-store.ts';
import type { EventBus } from './event-bus.ts';

export interface WatchOptions {
  events: Pick<EventStore, 'lastId' | 'changes'>;
  bus: Pick<EventBus, 'subscribe'>;
  onError(what: string, error: unknown): void;
}

/**
 * Calls back with changes in the list of all turns, from when this resolves. Resolves with a function that
 * unsubscribes. Wake-ups that come while the store is read lead to one more read.
 */
export async function watchChanges(
  listener: (events: StoredEvent[]) => void,
  { events, bus, onError }: WatchOptions,
): Promise<() => void> {
  let after: number | null = null;
  let reading = false;
  let woken = false;
  let stopped = false;

  async function read(): Promise<void> {
    woken = true;
    if (reading || after === null) return;
    reading = true;
    try {
      while (woken && !stopped) {
        woken = false;
        const page = await events.changes({ after, limit: PAGE });
        if (page.next !== after) woken = true;
        after = page.next;
        if (page.events.length > 0 && !stopped) listener(page.events);
      }
    } catch (error) {
      onError('what changed was not read', error); // the next event wakes it again
    } finally {
      reading = false;
    }
  }

  const unsubscribe = bus.subscribe({}, () => void read());
  const stop = () => {
    stopped = true;
    unsubscribe();
  };
  try {
    after = await events.lastId();
  } catch (error) {
    stop();
    throw error;
  }
  if (woken) void read();
  return stop;
}

// Some of them may hold a long piece of an answer, which is read and skipped.
const PAGE = 50;
