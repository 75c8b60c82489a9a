import { type Kysely, sql } from 'kysely';
import type { Schema } from '../queries/schema.ts';
import type { RequestCounts } from '../request-counts.ts';

/** The table is not logged, so a count does not wait for the disk. */
export function requestCounts(db: Kysely<Schema>): RequestCounts {
  return {
    async add(userId, windowMs) {
      const { rows } = await sql<{ current: number; ttl: number }>`
        insert into request_counts as old (user_id, ends_at, count) values (${userId}, ${NOW} + ${windowMs}::bigint, 1)
        on conflict (user_id) do update set
          count = case when old.ends_at <= ${NOW} then 1 else old.count + 1 end,
          ends_at = case when old.ends_at <= ${NOW} then excluded.ends_at else old.ends_at end
        returning count as current, ends_at - ${NOW} as ttl`.execute(db);
      return rows[0] as { current: number; ttl: number };
    },
    async prune() {
      await sql`delete from request_counts where ends_at <= ${NOW}`.execute(db);
    },
  };
}

// Of the transaction: the same in the whole statement.
const NOW = sql`(extract(epoch from now()) * 1000)::bigint`;
