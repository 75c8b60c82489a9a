/** Records who read what, before it is shown. */
import type { AuditEntry } from '../contract/records/audit-log.ts';
import type { Store } from '../store/store.ts';

export type Readings = (reading: Omit<AuditEntry, 'at' | 'subject' | 'turnId'> & Partial<AuditEntry>) => Promise<void>;

export interface ReadingsOptions {
  store: Pick<Store, 'audit'>;
  /** UTC milliseconds. */
  clock(): number;
}

/** A page that follows changes reads again and again: the same reading is recorded only once in a while. */
export function createReadings({ store, clock }: ReadingsOptions): Readings {
  const seen = new Map<string, number>();
  return async (reading) => {
    const at = clock();
    const key = JSON.stringify(reading);
    const last = seen.get(key);
    if (last !== undefined && at >= last && at - last < AGAIN_MS) return;
    await store.audit.append([{ subject: null, turnId: null, ...reading, at }]);
    for (const [old, since] of seen) if (at - since >= AGAIN_MS || at < since) seen.delete(old);
    seen.set(key, at);
  };
}

const AGAIN_MS = 10 * 60_000;
