/** Opens the store that the settings choose. */
import type { ListedHost } from '../contract/records/host.ts';
import type { GatewayLink } from './gateway-link.ts';
import type { GatewayLinkOptions } from './postgres/gateway-link.ts';
import { openSqliteStore, type StoreOptions, sqliteStatus } from './sqlite/open.ts';
import type { DatabaseStatus, Store } from './store.ts';

export interface StoreLocation {
  /** A PostgreSQL database; undefined: the file. */
  url: string | undefined;
  file: string;
}

/** @throws PaliadinError `store_unavailable`; the database is then unchanged. */
export async function openStore({ url, file }: StoreLocation, options: StoreOptions = {}): Promise<Store> {
  if (url === undefined) return await openSqliteStore(file, options);
  // Its driver is loaded only where it is used.
  const { openPostgresStore } = await import('./postgres/open.ts');
  return await openPostgresStore(url, options);
}

/** Of a database that is there; changes nothing. @throws PaliadinError `store_unavailable` */
export async function storeStatus({ url, file }: StoreLocation): Promise<DatabaseStatus> {
  if (url === undefined) return await sqliteStatus(file);
  const { postgresStatus } = await import('./postgres/open.ts');
  return await postgresStatus(url);
}

/**
 * Brings the tables up to date. On PostgreSQL, `role` may use them from then on, and only add to the audit log.
 * @throws PaliadinError `bad_request`, `store_unavailable`; the database is then unchanged.
 */
export async function migrateStore({ url, file }: StoreLocation, role?: string): Promise<void> {
  if (url === undefined) return await (await openSqliteStore(file)).close();
  const { migratePostgres } = await import('./postgres/open.ts');
  await migratePostgres(url, role);
}

/** Name and version of the server, and where it is. Changes nothing. @throws PaliadinError `store_unavailable` */
export async function describeServer(url: string): Promise<string> {
  const { describePostgres } = await import('./postgres/open.ts');
  return await describePostgres(url);
}

/**
 * The list of hosts, where there is one. Changes nothing: an older database stays as it is.
 * @throws PaliadinError `store_unavailable`
 */
export async function readHostList({ url, file }: StoreLocation): Promise<ListedHost[]> {
  if (url === undefined) return (await import('./sqlite/read-hosts.ts')).readHostsOfFile(file);
  return (await import('./postgres/open.ts')).readHostsOfServer(url);
}

/** See `copyToPostgres`: how many rows of each table were copied. */
export async function copyStore(file: string, url: string): Promise<Record<string, number>> {
  const { copyToPostgres } = await import('./postgres/copy.ts');
  return await copyToPostgres(file, url);
}

/**
 * Keeps gateways away from the database while a command works that needs it for itself. Returns how to let go; null where
 * a gateway runs, on whichever machine. A file needs none: its directory has one.
 *
 * @throws PaliadinError `store_unavailable`
 */
export async function lockOutGateways(url: string): Promise<(() => Promise<void>) | null> {
  const { lockOutGateways } = await import('./postgres/gateway-lock.ts');
  return await explained(url, () => lockOutGateways(url));
}

/**
 * Makes a gateway one of those that share the database; null where another one, or a command, does not share it.
 *
 * @throws PaliadinError `store_unavailable`
 */
export async function openLink(url: string, options: GatewayLinkOptions): Promise<GatewayLink | null> {
  const { openGatewayLink } = await import('./postgres/gateway-link.ts');
  return await explained(url, () => openGatewayLink(url, options));
}

async function explained<T>(url: string, work: () => Promise<T>): Promise<T> {
  const [{ explainPostgres }, { addressOf }] = await Promise.all([
    import('./postgres/explain.ts'),
    import('./postgres/pool.ts'),
  ]);
  try {
    return await work();
  } catch (error) {
    throw explainPostgres(addressOf(url))(error);
  }
}
