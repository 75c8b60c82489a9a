/** GET /api/admin/stats */
import { z } from 'zod';
import { errorCode } from '../error-code.ts';
import { finalStatuses } from '../turn.ts';
import { count, duration, person, time } from './fields.ts';

/** How far back the statistics go; the buckets are hours of today, six hours of a week, days of the longer ranges. */
export const statsRanges = ['today', '7d', '30d', '90d'] as const;
export type StatsRange = (typeof statsRanges)[number];

export const statsQuery = z.strictObject({
  range: z.enum(statsRanges).default('30d'),
  utcOffset: z.coerce
    .number()
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe('minutes that the reader’s clock is ahead of UTC, where their day begins; rounded to whole hours'),
  userId: z.uuid().optional().describe('of one user only'),
});

const named = <T extends z.ZodType<string>>(name: T) => z.array(z.object({ name, count }));

/**
 * Figures of the turns that were accepted in a period and have ended. Percentiles come from buckets that are 10 % wide,
 * so they are within 5 % of the true value.
 */
export const figures = z.object({
  turns: count,
  completed: count,
  failed: count.describe('failed, or nobody knows how it ended'),
  cancelled: count.describe('stopped by a person; counts neither as success nor as failure'),
  successRate: z.number().min(0).max(1).nullable().describe('completed of completed and failed; null without either'),
  activeUsers: count,
  /** From acceptance to the end, of completed turns. */
  total: z.object({ p50: duration, p95: duration }),
  /** From acceptance to the first text of the answer, of completed turns. */
  firstText: z.object({ p50: duration, p95: duration }),
});
export type Figures = z.infer<typeof figures>;

export const statsBucket = figures.extend({
  from: time,
  to: time.describe('where the next begins; of the last one, now'),
  codes: named(errorCode),
  tools: named(z.string()),
  tags: named(z.string()),
});
export type StatsBucket = z.infer<typeof statsBucket>;

export const stats = z.object({
  range: z.enum(statsRanges),
  from: time,
  to: time,
  /** The whole range. */
  totals: figures.extend({
    byStatus: z.partialRecord(z.enum(finalStatuses), count),
    inputTokens: count,
    outputTokens: count,
    ratedUp: count,
    ratedDown: count,
    approvalsAllowed: count,
    approvalsDenied: count,
    late: count.describe('answers that came after their turn had been given up'),
  }),
  /** The preceding period of the same length, for comparison. */
  previous: figures,
  /** Turns that are accepted and have not ended now, whatever the range. */
  open: count,
  /** Oldest first, without gaps: an hour in which nothing happened is a bucket of zeros. */
  buckets: z.array(statsBucket),
  /** Of the whole range, most frequent first, at most 50 of each. */
  codes: named(errorCode),
  tools: named(z.string()),
  tags: named(z.string()),
  appTools: z
    .array(z.object({ name: z.string(), count, failed: count }))
    .describe('calls of the application’s tools; what a person denied has not failed'),
  /** The users who asked most, at most 50. */
  users: z.array(person.extend({ turns: count, failed: count })),
});
export type Stats = z.infer<typeof stats>;
