/** What there is in a database, of whatever version its tables are. */
import { type Kysely, sql } from 'kysely';
import { migrationsOf } from '../migrations/migrate.ts';
import type { DatabaseStatus } from '../store.ts';

const COUNTED = ['users', 'agent_sessions', 'turns', 'turn_events', 'audit_log'];

/** Changes nothing. `bytes` is how much room the tables take. */
export async function databaseStatus<T>(
  camelCased: Kysely<T>,
  about: { database: string; bytes: number },
): Promise<DatabaseStatus> {
  const db = camelCased.withoutPlugins();
  const tables = await db.introspection.getTables();
  const rows: Record<string, number> = {};
  for (const table of COUNTED.filter((name) => tables.some((one) => one.name === name))) {
    const counted = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
    rows[table] = counted.rows[0]?.count ?? 0;
  }
  return { ...about, migrations: await migrationsOf(db), rows };
}
