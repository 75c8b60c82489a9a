import { type Kysely, sql } from 'kysely';

/** Tokens have scopes, browsers remember by which way they came in, and a user can be signed out everywhere. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('api_tokens')
    // Those that are there already could do whatever their user could.
    .addColumn('scopes', 'text', (column) => column.notNull().defaultTo('ask read admin'))
    .execute();
  await db.schema
    .alterTable('browser_sessions')
    .addColumn('way', 'text', (column) => column.notNull().defaultTo('code'))
    .execute();
  // Of the key whose token let the browser in: when it is replaced, the browser is out.
  await db.schema.alterTable('browser_sessions').addColumn('key_digest', 'text').execute();
  await db.schema.alterTable('users').addColumn('signed_out_at', 'bigint').execute();
  await sql`create index browser_sessions_of_user on browser_sessions (user_id)`.execute(db);
  await sql`create index api_tokens_of_user on api_tokens (user_id)`.execute(db);
}
