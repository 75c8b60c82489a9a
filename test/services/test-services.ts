import { randomBytes } from 'node:crypto';
import { createServices, type Services, type ServicesOptions } from '../../src/services/services.ts';
import type { Store } from '../../src/store/store.ts';

/** The services over a store, beside no gateway, with a host on which nothing runs. */
export function servicesOf(store: Store, options: Partial<ServicesOptions> = {}): Services {
  return createServices({
    store,
    host: { sessions: async () => [], endConversation: async () => undefined },
    stopTurns: async () => undefined,
    notedHead: () => null,
    access: 'users',
    ownerSubject: 'owner',
    random: randomBytes,
    clock: () => 1_000_000,
    ...options,
  });
}
