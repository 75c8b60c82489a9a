import type { Kysely } from 'kysely';

/** Each run of a turn has its own fence; fences grow within a session. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('agent_sessions')
    .addColumn('fence', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
}
