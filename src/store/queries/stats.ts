import { type Kysely, sql } from 'kysely';
import type { Counted, StatsQuery, TurnStats } from '../../contract/records/stats.ts';
import { percentile } from '../histogram.ts';
import type { Schema } from './schema.ts';
import { ALL, addCounts, addStored, type Counts, HOUR_MS, noCounts } from './turn-hours.ts';

/** Computed from the hourly figures, however many turns there were. */
export async function turnStats(db: Kysely<Schema>, query: StatsQuery): Promise<TurnStats> {
  const { from, bucketMs, userId = ALL } = query;
  const rows = await db
    .selectFrom('turnHours')
    .select(['hour', 'turns', 'counts'])
    .where('userId', '=', userId)
    .where('hour', '>=', from)
    .where('hour', '<', query.to)
    .orderBy('hour')
    .execute();
  const total = nothing();
  const buckets = new Map<number, Sum>();
  for (const { hour, turns, counts } of rows) {
    const at = Math.floor((hour - from) / bucketMs);
    const bucket = buckets.get(at) ?? nothing();
    buckets.set(at, bucket);
    bucket.turns += turns;
    addStored(bucket.counts, counts);
  }
  for (const { turns, counts } of buckets.values()) {
    total.turns += turns;
    addCounts(total.counts, counts);
  }
  const users = await busiest(db, query);
  const active = await activeUsers(db, query);
  return {
    buckets: [...buckets].map(([at, bucket]) => ({
      from: from + at * bucketMs,
      activeUsers: active.get(at) ?? 0,
      ...told(bucket),
    })),
    total: { activeUsers: users.count, ...told(total) },
    users: users.most,
  };
}

interface Sum {
  turns: number;
  counts: Counts;
}

function nothing(): Sum {
  return { turns: 0, counts: noCounts() };
}

function told({ turns, counts }: Sum): Counted {
  const { status, code, tool, tag, appTool, appToolFailed, total, firstText, sum } = counts;
  return {
    turns,
    byStatus: status,
    byCode: code,
    byTool: tool,
    byTag: tag,
    byAppTool: appTool,
    appToolFailures: appToolFailed,
    inputTokens: sum.inputTokens ?? 0,
    outputTokens: sum.outputTokens ?? 0,
    ratedUp: sum.up ?? 0,
    ratedDown: sum.down ?? 0,
    allowed: sum.allowed ?? 0,
    denied: sum.denied ?? 0,
    late: sum.late ?? 0,
    total: { p50: percentile(total, 0.5), p95: percentile(total, 0.95) },
    firstText: { p50: percentile(firstText, 0.5), p95: percentile(firstText, 0.95) },
  };
}

// An expression, so that SQLite uses the index of the hours, which covers this query.
const eachUser = sql<string>`user_id || ''`;

/** Those who asked most, and how many asked. */
async function busiest(
  db: Kysely<Schema>,
  { from, to, userId }: Pick<StatsQuery, 'from' | 'to' | 'userId'>,
): Promise<{ most: TurnStats['users']; count: number }> {
  let query = db
    .selectFrom('turnHours')
    .select(({ fn }) => ['userId', fn.sum<number>('turns').as('turns'), fn.sum<number>('failed').as('failed')])
    .select(sql<number>`count(*) over ()`.as('count'))
    .where(eachUser, '<>', ALL)
    .where('hour', '>=', from)
    .where('hour', '<', to);
  if (userId !== undefined) query = query.where('userId', '=', userId);
  const rows = await query
    .groupBy('userId')
    .having(({ fn }) => fn.sum<number>('turns'), '>', 0)
    .orderBy('turns', 'desc')
    .limit(MOST)
    .execute();
  return { most: rows.map(({ count: _, ...user }) => user), count: rows[0]?.count ?? 0 };
}

const MOST = 50;

async function activeUsers(
  db: Kysely<Schema>,
  { from, to, bucketMs, userId }: StatsQuery,
): Promise<Map<number, number>> {
  // Whole hours: both databases round the quotient down.
  const bucket = sql<number>`(hour - ${sql.lit(from)}) / ${sql.lit(Math.max(bucketMs, HOUR_MS))}`;
  let query = db
    .selectFrom('turnHours')
    .select(['userId', bucket.as('bucket')])
    .where(eachUser, '<>', ALL)
    .where('hour', '>=', from)
    .where('hour', '<', to)
    .where('turns', '>', 0);
  if (userId !== undefined) query = query.where('userId', '=', userId);
  // Counted afterwards: to count different users, both databases would sort all rows.
  const rows = await db
    .selectFrom(query.groupBy(['bucket', 'userId']).as('active'))
    .select(({ fn }) => ['bucket', fn.countAll<number>().as('users')])
    .groupBy('bucket')
    .execute();
  return new Map(rows.map((row) => [row.bucket, row.users]));
}
