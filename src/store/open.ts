/** Opens the store that the settings choose. */
import { openSqliteStore, type StoreOptions } from './sqlite/open.ts';
import type { Store } from './store.ts';

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

/** Name and version of the database, and where it is. Changes nothing. @throws PaliadinError `store_unavailable` */
export async function describeStore({ url, file }: StorePlace): Promise<string> {
  if (url === undefined) return `SQLite ${process.versions.sqlite}, ${file}`;
  const { describePostgres } = await import('./postgres/open.ts');
  return await describePostgres(url);
}
