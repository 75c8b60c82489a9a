/** The store on a PostgreSQL server. */
import { randomUUID } from 'node:crypto';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { Schema } from '../queries/schema.ts';
import { sqlStore } from '../queries/store.ts';
import type { InTransaction } from '../queries/turns.ts';
import { SEARCH_MS, searchTooLong } from '../search-limit.ts';
import type { Store } from '../store.ts';
import { carrierQueries, claimSession } from './carriers.ts';
import { postgresDialect } from './dialect.ts';
import { explainPostgres, isTooLong } from './explain.ts';
import { addressOf, MOST, type PoolOptions, STATEMENT_MS } from './pool.ts';
import { requestCounts } from './request-counts.ts';
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
    await migrate(db, address);
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
    shared: { carriers: carrierQueries(db), requestCounts: requestCounts(db), claim: claimSession },
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

// A search may keep a connection busy for seconds.
const SEARCHES = 3;

function open(url: string, options: PoolOptions): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: postgresDialect(url, options), plugins: [new CamelCasePlugin()] });
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
