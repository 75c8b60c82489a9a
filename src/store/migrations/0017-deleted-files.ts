import type { Kysely } from 'kysely';

/** Questions that were deleted, whose files are still on a host, which may be away. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deleted_files')
    .addColumn('turn_id', 'text', (column) => column.primaryKey())
    .addColumn('session', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .execute();
}
