import type { Kysely } from 'kysely';

/** Each run of a turn has a fence of its own; they grow within a session. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('agent_sessions')
    .addColumn('fence', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
}
