import { type Kysely, sql } from 'kysely';

/** Tokens have scopes, browser sessions have a sign-in method, and a user can be signed out everywhere. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('api_tokens')
    // Existing tokens could do everything that their user could.
    .addColumn('scopes', 'text', (column) => column.notNull().defaultTo('ask read admin'))
    .execute();
  await db.schema
    .alterTable('browser_sessions')
    .addColumn('way', 'text', (column) => column.notNull().defaultTo('code'))
    .execute();
  // Digest of the key whose token signed the browser in: when the key is replaced, the session is no longer valid.
  await db.schema.alterTable('browser_sessions').addColumn('key_digest', 'text').execute();
  await db.schema.alterTable('users').addColumn('signed_out_at', 'bigint').execute();
  await sql`create index browser_sessions_of_user on browser_sessions (user_id)`.execute(db);
  await sql`create index api_tokens_of_user on api_tokens (user_id)`.execute(db);
}
