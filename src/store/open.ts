/** Opens the store that the settings choose. */
import { openSqliteStore, type StoreOptions, sqliteStatus } from './sqlite/open.ts';
import type { DatabaseStatus, Store } from './store.ts';

export interface StorePlace {
  /** A PostgreSQL database; undefined: the file. */
  url: string | undefined;
  file: string;
}

/** @throws PaliadinError `store_unavailable`; the database is then unchanged. */
export async function openStore({ url, file }: StorePlace, options: StoreOptions = {}): Promise<Store> {
  if (url === undefined) return await openSqliteStore(file, options);
  // Its driver is loaded only where it is used.
  const { openPostgresStore } = await import('./postgres/open.ts');
  return await openPostgresStore(url, options);
}

/** Of a database that is there; changes nothing. @throws PaliadinError `store_unavailable` */
export async function storeStatus({ url, file }: StorePlace): Promise<DatabaseStatus> {
  if (url === undefined) return await sqliteStatus(file);
  const { postgresStatus } = await import('./postgres/open.ts');
  return await postgresStatus(url);
}

/**
 * Brings the tables up to date. On PostgreSQL, `role` may use them from then on, and only add to the audit log.
 * @throws PaliadinError `bad_request`, `store_unavailable`; the database is then unchanged.
 */
export async function migrateStore({ url, file }: StorePlace, role?: string): Promise<void> {
  if (url === undefined) return await (await openSqliteStore(file)).close();
  const { migratePostgres } = await import('./postgres/open.ts');
  await migratePostgres(url, role);
}

/** Name and version of the server, and where it is. Changes nothing. @throws PaliadinError `store_unavailable` */
export async function describeServer(url: string): Promise<string> {
  const { describePostgres } = await import('./postgres/open.ts');
  return await describePostgres(url);
}

/** See `copyToPostgres`: how many rows of each table were copied. */
export async function copyStore(file: string, url: string): Promise<Record<string, number>> {
  const { copyToPostgres } = await import('./postgres/copy.ts');
  return await copyToPostgres(file, url);
}

/**
 * A lock on the database that the one gateway that runs its turns holds. Returns how to let go; null where another
 * process holds it. A file needs none: its directory has one.
 *
 * @throws PaliadinError `store_unavailable`
 */
export async function lockForGateway(
  url: string,
  options: { waitMs: number; onLost?: () => void; patienceMs?: number },
): Promise<(() => Promise<void>) | null> {
  const [{ lockGateway }, { explainPostgres }, { addressOf }] = await Promise.all([
    import('./postgres/gateway-lock.ts'),
    import('./postgres/explain.ts'),
    import('./postgres/pool.ts'),
  ]);
  try {
    return await lockGateway(url, { onLost: () => {}, ...options });
  } catch (error) {
    throw explainPostgres(addressOf(url))(error);
  }
}
