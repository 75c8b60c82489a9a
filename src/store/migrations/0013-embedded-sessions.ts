import type { Kysely } from 'kysely';

/** The chat in an application's page: what it got in exchange for the application's token, and for as long as that holds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('embedded_sessions')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('key_digest', 'text', (column) => column.notNull())
    // Kept until it expires, so that its token is not taken again.
    .addColumn('ended_at', 'bigint')
    .execute();
  await db.schema.createIndex('embedded_sessions_of_token').on('embedded_sessions').column('token_hash').execute();
  await db.schema.createIndex('embedded_sessions_expiry').on('embedded_sessions').column('expires_at').execute();
}
