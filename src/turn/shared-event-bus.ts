/**
 * The event bus of gateways that share a database: subscribers of this gateway are woken at once, those of the others by
 * a message. What a lost message was about is found by looking at the store from time to time.
 */
import type { EventStore } from '../store/event-store.ts';
import type { GatewayLink } from '../store/gateway-link.ts';
import { type EventBus, inMemoryEventBus } from './event-bus.ts';

export interface SharedEventBus extends EventBus {
  close(): void;
}

export interface SharedEventBusOptions {
  link: Pick<GatewayLink, 'send' | 'onMessage'>;
  events: Pick<EventStore, 'lastId' | 'cursors'>;
  /** How often the store is looked at, in milliseconds. */
  lookMs?: number;
  onError(what: string, error: unknown): void;
}

export function sharedEventBus({ link, events, lookMs = LOOK_MS, onError }: SharedEventBusOptions): SharedEventBus {
  const local = inMemoryEventBus(onError);
  let after: number | null = null;
  let looking = false;

  /** Wakes for all events since the last look, whether a message came for them or not. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      if (after === null) {
        after = await events.lastId();
        return local.wakeAll(); // whoever subscribed before
      }
      const { cursors, next } = await events.cursors(after);
      after = next;
      local.publish(cursors);
    } catch (error) {
      onError('events of other gateways were not looked for', error);
    } finally {
      looking = false;
    }
  }

  link.onMessage(({ events: cursors, all }) => {
    if (all) local.wakeAll();
    else local.publish(cursors);
  });
  void look();
  const timer = setInterval(look, lookMs).unref();
  return {
    ...local,
    publish(cursors) {
      local.publish(cursors);
      link.send({ events: cursors });
    },
    close: () => clearInterval(timer),
  };
}

// Longer than a message takes by far; a reader who misses one waits no longer than this.
const LOOK_MS = 5_000;
