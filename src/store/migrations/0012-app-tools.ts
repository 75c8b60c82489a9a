import { type Kysely, sql } from 'kysely';

/** The calls of the application's tools, with their turns; and the keys that sign the tokens for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tool_calls')
    .addColumn('turn_id', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('tool', 'text', (column) => column.notNull())
    // JSON; kept and deleted with the question.
    .addColumn('arguments', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    // Null while the call is under way.
    .addColumn('duration_ms', 'bigint')
    .addColumn('result_bytes', 'bigint')
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('detail', 'text')
    .addPrimaryKeyConstraint('tool_calls_key', ['turn_id', 'call_id'])
    .execute();
  await sql`create index tool_calls_by_time on tool_calls (started_at)`.execute(db);
  await db.schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('private_jwk', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}
