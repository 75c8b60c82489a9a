/** Kysely over PostgreSQL. */
import { type Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely';
import { openPool, type PoolOptions } from './pool.ts';

export function postgresDialect(url: string, options: PoolOptions): PostgresDialect {
  return new Dialect({ pool: async () => openPool(url, options) });
}

class Dialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new Adapter();
  }
}

/**
 * Kysely's own lock ends before the transaction of the migrations does, so that another gateway could start between the
 * two and find no tables.
 */
class Adapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
  }

  override async releaseMigrationLock(): Promise<void> {}
}

// Any number that nobody else uses in this database.
const MIGRATION_LOCK = 7_717_001;
