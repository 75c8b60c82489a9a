/** Brings a database's tables up to date. */
import { type Kysely, sql } from 'kysely';
import {
  DEFAULT_MIGRATION_LOCK_TABLE,
  DEFAULT_MIGRATION_TABLE,
  MIGRATION_LOCK_ID,
  type Migration,
  Migrator,
} from 'kysely/migration';
import { PaliadinError } from '../../contract/errors.ts';
import * as first from './0001-first.ts';
import * as presence from './0002-presence-events.ts';
import * as exactRecord from './0003-exact-record.ts';
import * as signIn from './0004-sign-in.ts';
import * as ownerView from './0005-owner-view.ts';
import * as sessionKeys from './0006-session-keys.ts';
import * as unusedColumns from './0007-unused-columns.ts';
import * as runFences from './0008-run-fences.ts';
import * as hosts from './0009-hosts.ts';
import * as gateways from './0010-gateways.ts';
import * as webhooks from './0011-webhooks.ts';
import * as appTools from './0012-app-tools.ts';
import * as embeddedSessions from './0013-embedded-sessions.ts';
import * as conversations from './0014-conversations.ts';
import * as attachments from './0015-attachments.ts';
import * as pages from './0016-pages.ts';
import * as deletedFiles from './0017-deleted-files.ts';

/**
 * A released migration is never changed, and neither is anything that it calls: corrections go into the next one. So it
 * imports only its own helpers, which lie beside it.
 */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-presence-events': presence,
  '0003-exact-record': exactRecord,
  '0004-sign-in': signIn,
  '0005-owner-view': ownerView,
  '0006-session-keys': sessionKeys,
  '0007-unused-columns': unusedColumns,
  '0008-run-fences': runFences,
  '0009-hosts': hosts,
  '0010-gateways': gateways,
  '0011-webhooks': webhooks,
  '0012-app-tools': appTools,
  '0013-embedded-sessions': embeddedSessions,
  '0014-conversations': conversations,
  '0015-attachments': attachments,
  '0016-pages': pages,
  '0017-deleted-files': deletedFiles,
};

/**
 * All or nothing, and one process at a time: runs in one transaction, which on SQLite holds the write lock, and on
 * PostgreSQL a lock of its own.
 *
 * Where a newer Paliadin has changed the tables, they stay as they are, and this version uses them if that one says that
 * it can: so gateways that share a database are updated one after the other, and one that is not yet may start again.
 *
 * @throws PaliadinError `store_unavailable` where this version is too old for the tables; nothing is changed in that case.
 */
export async function migrate<T>(db: Kysely<T>, name: string): Promise<void> {
  await db
    .withoutPlugins()
    .transaction()
    .execute(async (trx) => {
      // The migrator takes it too, but only after it has made its own tables.
      await trx.getExecutor().adapter.acquireMigrationLock(trx, LOCK);
      const { unknown, missing } = await migrationsOf(trx);
      if (unknown.length > 0) return await requireUsable(trx, name, { unknown, missing });
      const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => migrations } });
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error;
      await declareOldest(trx);
    });
}

/**
 * The last migration that takes something away, or that an older gateway could not live with: one that does not know it
 * can't use the tables. All that follow only add: tables, columns that may be empty or have a default, indexes. The test
 * `newer-tables` looks at each of them; one that does more raises this number to its own.
 */
export const OLDEST = 15;

/** Its row in the table of counters. */
export const OLDEST_ROW = 'oldest-gateway';

const LOCK = { lockTable: DEFAULT_MIGRATION_LOCK_TABLE, lockRowId: MIGRATION_LOCK_ID };

async function declareOldest<T>(db: Kysely<T>): Promise<void> {
  if ((await oldestOf(db)) === OLDEST) return;
  await sql`insert into counters (name, value) values (${OLDEST_ROW}, ${OLDEST})
    on conflict (name) do update set value = excluded.value`.execute(db);
}

async function oldestOf<T>(db: Kysely<T>): Promise<number | null> {
  const { rows } = await sql<{ value: number }>`select value from counters where name = ${OLDEST_ROW}`.execute(db);
  return rows[0] === undefined ? null : Number(rows[0].value);
}

async function requireUsable<T>(
  db: Kysely<T>,
  name: string,
  { unknown, missing }: Pick<MigrationState, 'unknown' | 'missing'>,
): Promise<void> {
  const newest = Number.parseInt(Object.keys(migrations).at(-1) ?? '', 10);
  const oldest = await oldestOf(db);
  if (oldest !== null && oldest <= newest && missing.length === 0) return;
  throw new PaliadinError(
    'store_unavailable',
    `${name}: a newer version of Paliadin made these tables (${unknown.join(', ')} is not known here); ` +
      'start that version or a newer one, or restore the backup from before the update',
  );
}

/** Names of migrations, in their order. */
export interface MigrationState {
  done: string[];
  missing: string[];
  /** Those that only a newer version knows. */
  unknown: string[];
}

/** Of a database with or without tables; changes nothing. */
export async function migrationsOf<T>(db: Kysely<T>): Promise<MigrationState> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const table = sql.table(DEFAULT_MIGRATION_TABLE);
  const { rows } = tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)
    ? await sql<{ name: string }>`select name from ${table} order by name`.execute(db)
    : { rows: [] };
  const names = rows.map(({ name }) => name);
  return {
    done: names.filter((name) => Object.hasOwn(migrations, name)),
    missing: Object.keys(migrations).filter((name) => !names.includes(name)),
    unknown: names.filter((name) => !Object.hasOwn(migrations, name)),
  };
}
