/** The store on a PostgreSQL server. */
import { randomUUID } from 'node:crypto';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { migrate, migrationsOf } from '../migrations/migrate.ts';
import { databaseStatus } from '../queries/database-status.ts';
import type { Schema } from '../queries/schema.ts';
import { sqlStore } from '../queries/store.ts';
import type { InTransaction } from '../queries/turns.ts';
import { SEARCH_MS, searchTooLong } from '../search-limit.ts';
import type { DatabaseStatus, Store } from '../store.ts';
import { postgresDialect } from './dialect.ts';
import { explainPostgres, isTooLong, LET_THE_OWNER } from './explain.ts';
import { grantToGateway } from './gateway-role.ts';
import { addressOf, MOST, type PoolOptions, STATEMENT_MS } from './pool.ts';
import { indexText, searchText } from './text-search.ts';

export interface PostgresOptions {
  /** Makes the ids of new users. */
  newId?: () => string;
  /** How long a search may take, in milliseconds. */
  searching?: { deadlineMs?: number } | undefined;
}

/**
 * Opens the database that the URL names and brings its tables up to date. Several processes may have it open at once.
 *
 * @throws PaliadinError `store_unavailable`; the database is then unchanged.
 */
export async function openPostgresStore(url: string, { newId, searching }: PostgresOptions = {}): Promise<Store> {
  const address = addressOf(url);
  const explain = explainPostgres(address);
  const database = await overOneConnection(url, async (db) => {
    await migrateAsOwner(db, address);
    return await versionOf(db);
  });
  const deadlineMs = searching?.deadlineMs ?? SEARCH_MS;
  const db = open(url, { most: MOST, statementMs: STATEMENT_MS });
  const searcher = open(url, {
    most: SEARCHES,
    statementMs: deadlineMs,
    explain: (error) => (isTooLong(error) ? searchTooLong(deadlineMs) : error),
  });
  const inTransaction: InTransaction = (work) => db.transaction().execute(work);
  return sqlStore(db, {
    explain,
    database,
    newId: newId ?? randomUUID,
    // The server may lose what it has not synced while the gateways and their readers live on: a lost event's number
    // would be given again, and a reader would never see the event that has it.
    relaxed: inTransaction,
    heavy: inTransaction,
    search: searchText,
    index: indexText,
    searching: searcher,
    // No query returns what was deleted. When its bytes are overwritten is for the server to say, and for its backups.
    erase: async () => true,
    async close() {
      await Promise.all([db.destroy(), searcher.destroy()]);
    },
    // None are lost: each commit is synced.
    skipLostEvents: async () => {},
  });
}

/** Name and version of the server, and where it is; never a password. @throws PaliadinError `store_unavailable` */
export async function describePostgres(url: string): Promise<string> {
  const version = await overOneConnection(url, versionOf);
  return `${version}, ${addressOf(url)}`;
}

/** Changes nothing. @throws PaliadinError `store_unavailable` */
export async function postgresStatus(url: string): Promise<DatabaseStatus> {
  return await overOneConnection(url, async (db) => {
    const { rows } = await sql<{ bytes: number }>`select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint as bytes
      from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`.execute(db);
    const database = `${await versionOf(db)}, ${addressOf(url)}`;
    return await databaseStatus(db, { database, bytes: rows[0]?.bytes ?? 0 });
  });
}

/** Brings the tables up to date, and lets the role use them. @throws PaliadinError `bad_request`, `store_unavailable` */
export async function migratePostgres(url: string, role?: string): Promise<void> {
  await overOneConnection(url, async (db) => {
    await migrateAsOwner(db, addressOf(url));
    if (role !== undefined) await grantToGateway(db.withoutPlugins(), role);
  });
}

// A search may keep a connection busy for seconds.
const SEARCHES = 3;

function open(url: string, options: PoolOptions): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: postgresDialect(url, options), plugins: [new CamelCasePlugin()] });
}

async function migrateAsOwner(db: Kysely<Schema>, address: string): Promise<void> {
  const { rows } = await sql<{ mayCreate: boolean }>`
    select has_schema_privilege(current_schema(), 'create') as may_create`.execute(db);
  // The migrator hides why its first statement failed.
  if (rows[0]?.mayCreate === false && (await migrationsOf(db.withoutPlugins())).missing.length > 0) {
    throw new PaliadinError(
      'store_unavailable',
      `${address}: the tables are not of this version, and this user may not make any; ${LET_THE_OWNER}`,
    );
  }
  await migrate(db, address);
}

/** Takes the time that it needs, as a migration may. */
async function overOneConnection<T>(url: string, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = open(url, { most: 1, statementMs: 0 });
  try {
    return await work(db);
  } catch (error) {
    throw explainPostgres(addressOf(url))(error);
  } finally {
    await db.destroy();
  }
}

async function versionOf(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{ version: string }>`select split_part(version(), ' ', 2) as version`.execute(db);
  return `PostgreSQL ${rows[0]?.version}`;
}
