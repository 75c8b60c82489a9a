import type { Kysely } from 'kysely';

/** Gateways were once to hold leases on turns. They have fences instead, and nobody ever wrote these. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('turns').dropColumn('lease_owner').execute();
  await db.schema.alterTable('turns').dropColumn('lease_expires_at').execute();
}
