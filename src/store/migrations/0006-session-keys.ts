import type { Kysely } from 'kysely';

/**
 * A browser session is bound to a key that the page holds, since a cookie alone goes to every port of its host. Sessions
 * from before have none, so they let nobody in. They stay until they expire, to tell their browsers why.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('browser_sessions')
    .addColumn('key_hash', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
}
