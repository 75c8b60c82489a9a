import type { ExpressionBuilder, Kysely } from 'kysely';
import type { TurnStats } from '../store.ts';
import type { Schema } from './schema.ts';

/** Counts and durations of the turns that were accepted since `since`. */
export async function turnStats(db: Kysely<Schema>, query: { since: number; userId?: string }): Promise<TurnStats> {
  const meant = (eb: ExpressionBuilder<Schema, 'turns'>) =>
    eb.and([
      eb('startedAt', '>=', query.since),
      ...(query.userId === undefined ? [] : [eb('userId', '=', query.userId)]),
    ]);
  const statuses = await db
    .selectFrom('turns')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .where(meant)
    .groupBy('status')
    .execute();
  const codes = await db
    .selectFrom('turns')
    .select(({ fn }) => ['errorCode', fn.countAll<number>().as('count')])
    .where(meant)
    .where('errorCode', 'is not', null)
    .groupBy('errorCode')
    .execute();
  const users = await db
    .selectFrom('turns')
    .select(({ fn }) => fn.count<number>('userId').distinct().as('count'))
    .where(meant)
    .executeTakeFirstOrThrow();
  const byStatus = Object.fromEntries(statuses.map(({ status, count }) => [status, count]));
  const completed = byStatus.completed ?? 0;
  const percentile = async (share: number): Promise<number | null> => {
    if (completed === 0) return null;
    const row = await db
      .selectFrom('turns')
      .select('durationMs')
      .where(meant)
      .where('status', '=', 'completed')
      .orderBy('durationMs')
      .offset(Math.ceil(share * completed) - 1) // nearest rank: a duration that was really seen
      .limit(1)
      .executeTakeFirst();
    return row?.durationMs ?? null;
  };
  return {
    turns: statuses.reduce((sum, { count }) => sum + count, 0),
    byStatus,
    byCode: Object.fromEntries(codes.map(({ errorCode, count }) => [errorCode, count])),
    activeUsers: users.count,
    p50DurationMs: await percentile(0.5),
    p95DurationMs: await percentile(0.95),
  };
}
