import type { Kysely } from 'kysely';

/**
 * Columns for a plan in which gateways held leases on turns. Fences replaced it, and nothing ever wrote these columns.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('turns').dropColumn('lease_owner').execute();
  await db.schema.alterTable('turns').dropColumn('lease_expires_at').execute();
}
