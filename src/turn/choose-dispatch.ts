/** How turns and wake-ups reach gateways: in memory where there is one, through the database where several share it. */
import type { GatewayLink } from '../store/gateway-link.ts';
import type { Store } from '../store/store.ts';
import type { RunTurn, TurnDispatcher } from './dispatcher.ts';
import { type EventBus, inMemoryEventBus } from './event-bus.ts';
import { type InMemoryDispatcherOptions, inMemoryDispatcher } from './in-memory-dispatcher.ts';
import { type SharedDispatcherOptions, sharedDispatcher } from './shared-dispatcher.ts';
import { sharedEventBus } from './shared-event-bus.ts';

export interface Dispatch {
  bus: EventBus;
  createDispatcher(
    runTurn: RunTurn,
    options: InMemoryDispatcherOptions & Pick<SharedDispatcherOptions, 'onDecided' | 'turnWriter'>,
  ): TurnDispatcher;
  /** See `GatewayLink.leads`. */
  leads(): Promise<boolean>;
  close(): void;
}

export function chooseDispatch({
  store,
  link,
  onError,
}: {
  store: Pick<Store, 'events' | 'carriers'>;
  link: GatewayLink | null;
  onError(what: string, error: unknown): void;
}): Dispatch {
  const { carriers, events } = store;
  if (link === null || carriers === null) {
    return {
      bus: inMemoryEventBus(onError),
      createDispatcher: inMemoryDispatcher,
      leads: async () => true,
      close() {},
    };
  }
  const bus = sharedEventBus({ link, events, onError });
  return {
    bus,
    createDispatcher: (runTurn, options) => sharedDispatcher(runTurn, { ...options, carriers, link, bus }),
    leads: link.leads,
    close: bus.close,
  };
}
