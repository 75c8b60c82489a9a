import { type Kysely, PostgresAdapter, sql } from 'kysely';

/**
 * Several gateways on one database: which of them carries a session's turns, who holds a session to start it over, and
 * which turns are to stop. Requests are counted for each user in a table only where gateways share it: a crash of the
 * server may empty it, which costs nothing but a minute of counting.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('agent_sessions').addColumn('carrier', 'bigint').execute();
  await db.schema.alterTable('agent_sessions').addColumn('held_by', 'bigint').execute();
  await db.schema.alterTable('turns').addColumn('stop_requested_at', 'bigint').execute();
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return;
  await sql`create unlogged table request_counts (
    user_id text primary key, ends_at bigint not null, count bigint not null)`.execute(db);
}
