import type { Kysely } from 'kysely';

/** A list of hosts; a session can move from one to another, and a question can wait for one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('hosts')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('port', 'integer', (column) => column.notNull())
    .addColumn('key_file', 'text', (column) => column.notNull())
    .addColumn('known_hosts_file', 'text', (column) => column.notNull())
    .addColumn('preference', 'integer')
    .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('draining', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .execute();
  // The generation that began with a move: its first turn gets the last turns before it.
  await db.schema.alterTable('agent_sessions').addColumn('moved_in', 'integer').execute();
  await db.schema.alterTable('turns').addColumn('earlier', 'text').execute();
  await db.schema.alterTable('turns').addColumn('away_until', 'bigint').execute();
}
