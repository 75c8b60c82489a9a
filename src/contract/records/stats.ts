/** Figures of turns, by period. */
import type { ErrorCode } from '../errors.ts';
import type { TurnStatus } from '../turn.ts';

/** A period, divided into buckets. Times are whole hours. */
export interface StatsQuery {
  from: number;
  to: number;
  /** Width of a bucket: hours × 3,600,000. */
  bucketMs: number;
  userId?: string | undefined;
}

export interface TurnStats {
  /** One for each bucket in which a turn was accepted, oldest first. */
  buckets: (Counted & { from: number; activeUsers: number })[];
  total: Counted & { activeUsers: number };
  /** Those who asked most, that first; at most 50. */
  users: { userId: string; turns: number; failed: number }[];
}

/** The counts of a period. */
export interface Counted {
  turns: number;
  byStatus: Partial<Record<TurnStatus, number>>;
  byCode: Partial<Record<ErrorCode, number>>;
  byTool: Record<string, number>;
  byTag: Record<string, number>;
  /** Calls of the application's tools, whatever became of them. */
  byAppTool: Record<string, number>;
  appToolFailures: Record<string, number>;
  inputTokens: number;
  outputTokens: number;
  ratedUp: number;
  ratedDown: number;
  allowed: number;
  denied: number;
  late: number;
  /** Milliseconds, of completed turns, within 5 %; null where there are none. */
  total: { p50: number | null; p95: number | null };
  /** From acceptance to the first text. */
  firstText: { p50: number | null; p95: number | null };
}
