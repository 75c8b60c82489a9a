import { type Kysely, sql } from 'kysely';

/** What was or is to be told to the application's webhook: one row for each event that it is told of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhook_deliveries')
    .addColumn('event_id', 'bigint', (column) => column.primaryKey())
    .addColumn('turn_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('approval_id', 'text')
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    // Null once it was delivered or given up.
    .addColumn('next_at', 'bigint')
    .addColumn('delivered_at', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await sql`create index webhook_deliveries_due on webhook_deliveries (next_at) where next_at is not null`.execute(db);
  await sql`create index webhook_deliveries_of_turn on webhook_deliveries (turn_id)`.execute(db);
}
