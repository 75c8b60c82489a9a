import type { Kysely } from 'kysely';

/**
 * A browser session is bound to a key that the page holds, since a cookie alone goes to every port of its host. Older
 * sessions have no key, so they no longer sign anybody in. They stay until they expire, so that their browsers can be
 * told why.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('browser_sessions')
    .addColumn('key_hash', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
}
