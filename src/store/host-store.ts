/** The list of hosts. */
import type { By } from '../contract/records/audit-log.ts';
import type { HostChange, ListedHost } from '../contract/records/host.ts';

export interface HostStore {
  /** By preference, then by name. */
  list(): Promise<ListedHost[]>;
  /** @throws PaliadinError `conflict` where the name is taken. */
  add(host: Omit<ListedHost, 'preference' | 'enabled' | 'draining' | 'addedAt'>, by: By): Promise<ListedHost>;
  /** @throws PaliadinError `not_found` */
  change(name: string, change: HostChange, by: By): Promise<ListedHost>;
  /** Gives these hosts the order, and all others none. @throws PaliadinError `not_found` */
  prefer(names: readonly string[], by: By): Promise<void>;
  /** @throws PaliadinError `not_found`; `conflict` while a turn is open there. */
  remove(name: string, by: By): Promise<void>;
}
