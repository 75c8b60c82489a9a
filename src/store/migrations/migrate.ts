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
import * as attachments from './0015-attachments.ts';

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
  '0015-attachments': attachments,
};

/**
 * All or nothing, and one process at a time: runs in one transaction, which on SQLite holds the write lock, and on
 * PostgreSQL a lock of its own.
 *
 * @throws PaliadinError `store_unavailable` where a newer Paliadin made the tables; nothing is changed in that case.
 */
export async function migrate<T>(db: Kysely<T>, name: string): Promise<void> {
  await db
    .withoutPlugins()
    .transaction()
    .execute(async (trx) => {
      // The migrator takes it too, but only after it has made its own tables.
      await trx.getExecutor().adapter.acquireMigrationLock(trx, LOCK);
      await refuseNewer(trx, name);
      const migrator = new Migrator({ db: trx, provider: { getMigrations: async () => migrations } });
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error;
    });
}

const LOCK = { lockTable: DEFAULT_MIGRATION_LOCK_TABLE, lockRowId: MIGRATION_LOCK_ID };

async function refuseNewer<T>(db: Kysely<T>, name: string): Promise<void> {
  const { unknown } = await migrationsOf(db);
  if (unknown.length === 0) return;
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
