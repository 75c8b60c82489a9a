/**
 * Figures by the hour in which a turn was accepted: of all users together, and of each. A write that changes the
 * figures of a turn updates them in the same transaction, so that a plot does not have to count a million turns.
 */
import type { Transaction } from 'kysely';
import { failedToolOutcomes, type ToolCall } from '../../contract/records/tool-call.ts';
import type { Turn } from '../../contract/records/turn.ts';
import { finalStatuses } from '../../contract/turn.ts';
import { addPacked, bucketOf, count as countIn, type Histogram, packed } from '../histogram.ts';
import type { HourTable, Schema } from './schema.ts';

/** How often each thing happened; the names are short, because there is a row for each hour. */
export interface Counts {
  status: Record<string, number>;
  code: Record<string, number>;
  tool: Record<string, number>;
  tag: Record<string, number>;
  /** Calls of the application's tools, and those of them that failed. */
  appTool: Record<string, number>;
  appToolFailed: Record<string, number>;
  /** Of completed turns: the histogram of their duration. */
  total: Histogram;
  firstText: Histogram;
  sum: Record<string, number>;
}

/** The fields of a turn that the figures count. */
export type Counted = Pick<
  Turn,
  | 'userId'
  | 'startedAt'
  | 'status'
  | 'errorCode'
  | 'usedTools'
  | 'tools'
  | 'classifierTag'
  | 'durationMs'
  | 'firstChunkAt'
  | 'inputTokens'
  | 'responseTokens'
  | 'late'
  | 'feedback'
>;

export interface HourChange {
  userId: string;
  hour: number;
  turns: number;
  failed: number;
  counts: Counts;
}

/** The change of the figures when a turn that counted as `before` now counts as `after`. */
export function changeOf(before: Counted, after: Counted): HourChange {
  const change = { userId: after.userId, hour: hourOf(after.startedAt), turns: 0, failed: 0, counts: noCounts() };
  add(change, before, -1);
  add(change, after, 1);
  return change;
}

/** A decision on a request of the agent. */
export function decisionChange({ userId, startedAt }: Counted, allowed: boolean): HourChange {
  const counts = noCounts();
  counts.sum[allowed ? 'allowed' : 'denied'] = 1;
  return { userId, hour: hourOf(startedAt), turns: 0, failed: 0, counts };
}

/** What a turn that has ended called of the application's tools. */
export function appToolsChange(
  { userId, startedAt }: Counted,
  calls: Pick<ToolCall, 'tool' | 'outcome'>[],
): HourChange {
  const counts = noCounts();
  for (const { tool, outcome } of calls) {
    addCount(counts.appTool, tool, 1);
    if (failedToolOutcomes.includes(outcome)) addCount(counts.appToolFailed, tool, 1);
  }
  return { userId, hour: hourOf(startedAt), turns: 0, failed: 0, counts };
}

export async function changeHours(db: Transaction<Schema>, changes: HourChange[]): Promise<void> {
  const merged = new Map<string, HourChange>();
  for (const change of changes) for (const userId of [ALL, change.userId]) collect(merged, { ...change, userId });
  // In one order everywhere, so that two gateways that write the same rows wait for each other and never both.
  const inOrder = [...merged].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [, change] of inOrder) await changeHour(db, change);
}

export function noCounts(): Counts {
  return {
    status: nothing(),
    code: nothing(),
    tool: nothing(),
    tag: nothing(),
    appTool: nothing(),
    appToolFailed: nothing(),
    total: [],
    firstText: [],
    sum: nothing(),
  };
}

export function addCounts(to: Counts, more: Counts): void {
  for (const kind of named) {
    const names = more[kind];
    for (const name in names) addCount(to[kind], name, names[name] ?? 0);
  }
  for (const kind of measured) {
    for (const [bucket, times] of more[kind].entries()) if (times) countIn(to[kind], bucket, times);
  }
}

/** Adds the counts of a stored row. */
export function addStored(to: Counts, text: string): void {
  const { total, firstText, ...more }: Stored = JSON.parse(text);
  for (const kind of named) {
    const names = more[kind];
    for (const name in names) addCount(to[kind], name, names[name] ?? 0);
  }
  addPacked(to.total, total);
  addPacked(to.firstText, firstText);
}

function toStored(counts: Counts): string {
  const { total, firstText, ...more } = counts;
  return JSON.stringify({ ...more, total: packed(total), firstText: packed(firstText) } satisfies Stored);
}

/** With packed histograms, so that thousands of rows are read and added up in milliseconds. */
type Stored = Omit<Counts, 'total' | 'firstText'> & { total: number[]; firstText: number[] };

/** A denial is the only option that every request has. */
export function isAllowed({ option }: { option: string | null }): boolean {
  return option !== null && option !== 'deny';
}

/** Stands for all users in place of a user's id. */
export const ALL = '';

export const HOUR_MS = 3_600_000;

function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

// An agent that invents a new name for each turn must not make the rows grow without end.
const MAX_NAMES = 200;
const OTHERS = '…';

// A row of an earlier version lacks some of them.
const named = ['status', 'code', 'tool', 'tag', 'appTool', 'appToolFailed', 'sum'] as const satisfies (keyof Counts)[];
const measured = ['total', 'firstText'] as const satisfies (keyof Counts)[];

function add(change: HourChange, turn: Counted, sign: 1 | -1): void {
  if (!(finalStatuses as readonly string[]).includes(turn.status)) return;
  const { counts } = change;
  change.turns += sign;
  if (turn.status === 'failed' || turn.status === 'unknown') change.failed += sign;
  addCount(counts.status, turn.status, sign);
  if (turn.errorCode !== null) addCount(counts.code, turn.errorCode, sign);
  for (const tool of toolsOf(turn)) addCount(counts.tool, tool, sign);
  if (turn.classifierTag !== null) addCount(counts.tag, turn.classifierTag, sign);
  addCount(counts.sum, 'inputTokens', sign * (turn.inputTokens ?? 0));
  addCount(counts.sum, 'outputTokens', sign * (turn.responseTokens ?? 0));
  if (turn.late) addCount(counts.sum, 'late', sign);
  if (turn.feedback?.rating === 'up') addCount(counts.sum, 'up', sign);
  if (turn.feedback?.rating === 'down') addCount(counts.sum, 'down', sign);
  if (turn.status !== 'completed') return;
  if (turn.durationMs !== null) countIn(counts.total, bucketOf(turn.durationMs), sign);
  if (turn.firstChunkAt !== null) {
    countIn(counts.firstText, bucketOf(turn.firstChunkAt - turn.startedAt), sign);
  }
}

/** The tools that were recorded; without a record, those that the answer claims. */
function toolsOf({ tools, usedTools }: Counted): Iterable<string> {
  return tools === null ? new Set(usedTools) : tools.map(({ name }) => name);
}

function addCount(to: Record<string, number>, name: string, count: number): void {
  const key = name in to || Object.keys(to).length < MAX_NAMES ? name : OTHERS;
  const sum = (to[key] ?? 0) + count;
  if (sum === 0) delete to[key];
  else to[key] = sum;
}

/** Without a prototype: an agent may call a tool `__proto__`. */
function nothing(): Record<string, number> {
  return Object.create(null);
}

function collect(merged: Map<string, HourChange>, change: HourChange): void {
  const key = `${change.userId} ${change.hour}`;
  const known = merged.get(key);
  const sum = known ?? { ...change, turns: 0, failed: 0, counts: noCounts() };
  merged.set(key, sum);
  sum.turns += change.turns;
  sum.failed += change.failed;
  addCounts(sum.counts, change.counts);
}

/**
 * Reads and writes one row under the transaction's lock: on a shared server, a second gateway waits here for the first.
 */
async function changeHour(db: Transaction<Schema>, { userId, hour, ...change }: HourChange): Promise<void> {
  const empty: HourTable = { userId, hour, turns: 0, failed: 0, counts: toStored(noCounts()) };
  const { counts: before } = await db
    .insertInto('turnHours')
    .values({ ...empty, turns: change.turns, failed: change.failed })
    .onConflict((conflict) =>
      conflict.columns(['userId', 'hour']).doUpdateSet((eb) => ({
        turns: eb('turnHours.turns', '+', change.turns),
        failed: eb('turnHours.failed', '+', change.failed),
      })),
    )
    .returning('counts')
    .executeTakeFirstOrThrow();
  const counts = noCounts();
  addStored(counts, before);
  addCounts(counts, change.counts);
  await db
    .updateTable('turnHours')
    .set({ counts: toStored(counts) })
    .where('userId', '=', userId)
    .where('hour', '=', hour)
    .execute();
}
