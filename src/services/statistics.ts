/** Statistics from the hourly figures: counts and durations of turns, users and failures, over time and in total. */
import type { Figures, Stats, StatsBucket, StatsRange } from '../contract/admin/stats.ts';
import type { Counted, StatsQuery, TurnStats } from '../contract/records/stats.ts';
import type { Store } from '../store/store.ts';
import { people } from './people.ts';

export interface StatisticsService {
  /** `utcOffset`: minutes that the reader’s clock is ahead of UTC. `userId`: only this user's turns. */
  read(query: { range: StatsRange; utcOffset: number; userId?: string | undefined }): Promise<Stats>;
}

export interface StatisticsOptions {
  store: Pick<Store, 'turns' | 'users'>;
  /** UTC milliseconds. */
  clock(): number;
}

export function createStatisticsService({ store, clock }: StatisticsOptions): StatisticsService {
  return {
    async read({ range, utcOffset, userId }) {
      const to = clock();
      const { from, bucketMs } = stretchOf(range, to, utcOffset);
      const now = await store.turns.stats({ from, to, bucketMs, userId });
      const before = hourBefore(from, to);
      const previous = await store.turns.stats({ from: before, to: from, bucketMs: from - before, userId });
      const personOf = await people(
        store,
        now.users.map((user) => user.userId),
      );
      return {
        range,
        from,
        to,
        totals: totalsOf(now),
        previous: figuresOf(previous.total),
        open: await store.turns.countOpen(userId),
        buckets: withoutGaps(now, { from, to, bucketMs }),
        codes: mostFrequent(now.total.byCode),
        tools: mostFrequent(now.total.byTool),
        tags: mostFrequent(now.total.byTag),
        appTools: mostFrequent(now.total.byAppTool).map(({ name, count }) => {
          return { name, count, failed: now.total.appToolFailures[name] ?? 0 };
        }),
        users: now.users.map(({ userId: id, turns, failed }) => {
          return { id, name: personOf(id).name, turns, failed };
        }),
      };
    },
  };
}

/** Whole days in the reader's time zone; the last is today. */
export function stretchOf(range: StatsRange, now: number, utcOffset: number): { from: number; bucketMs: number } {
  const { days, bucketMs } = RANGES[range];
  const offsetMs = Math.round(utcOffset / 60) * HOUR_MS;
  const today = Math.floor((now + offsetMs) / DAY_MS) * DAY_MS - offsetMs;
  return { from: today - (days - 1) * DAY_MS, bucketMs };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const RANGES: Record<StatsRange, { days: number; bucketMs: number }> = {
  today: { days: 1, bucketMs: HOUR_MS },
  '7d': { days: 7, bucketMs: 6 * HOUR_MS },
  '30d': { days: 30, bucketMs: DAY_MS },
  '90d': { days: 90, bucketMs: DAY_MS },
};

const MOST = 50;

/** The start of the preceding period of the same length, in whole hours. */
function hourBefore(from: number, to: number): number {
  return from - Math.max(1, Math.ceil((to - from) / HOUR_MS)) * HOUR_MS;
}

function figuresOf(counted: Counted & { activeUsers: number }): Figures {
  const { turns, byStatus, activeUsers, total, firstText } = counted;
  const completed = byStatus.completed ?? 0;
  const failed = (byStatus.failed ?? 0) + (byStatus.unknown ?? 0);
  const successRate = completed + failed === 0 ? null : completed / (completed + failed);
  return { turns, completed, failed, cancelled: byStatus.cancelled ?? 0, successRate, activeUsers, total, firstText };
}

function totalsOf({ total }: TurnStats): Stats['totals'] {
  const { byStatus, inputTokens, outputTokens, ratedUp, ratedDown, allowed, denied, late } = total;
  const decided = { approvalsAllowed: allowed, approvalsDenied: denied };
  return { ...figuresOf(total), byStatus, inputTokens, outputTokens, ratedUp, ratedDown, ...decided, late };
}

function withoutGaps({ buckets }: TurnStats, { from, to, bucketMs }: Omit<StatsQuery, 'userId'>): StatsBucket[] {
  const known = new Map(buckets.map((bucket) => [bucket.from, bucket]));
  const all: StatsBucket[] = [];
  for (let at = from; at < to; at += bucketMs) {
    const bucket = known.get(at) ?? EMPTY;
    all.push({
      ...figuresOf(bucket),
      from: at,
      to: Math.min(at + bucketMs, to),
      codes: mostFrequent(bucket.byCode),
      tools: mostFrequent(bucket.byTool),
      tags: mostFrequent(bucket.byTag),
    });
  }
  return all;
}

function mostFrequent<T extends string>(counts: Partial<Record<T, number>>): { name: T; count: number }[] {
  return (Object.entries(counts) as [T, number][])
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, MOST);
}

const NO_DURATION = { p50: null, p95: null };
const EMPTY: Counted & { activeUsers: number } = {
  turns: 0,
  byStatus: {},
  byCode: {},
  byTool: {},
  byTag: {},
  byAppTool: {},
  appToolFailures: {},
  activeUsers: 0,
  inputTokens: 0,
  outputTokens: 0,
  ratedUp: 0,
  ratedDown: 0,
  allowed: 0,
  denied: 0,
  late: 0,
  total: NO_DURATION,
  firstText: NO_DURATION,
};
