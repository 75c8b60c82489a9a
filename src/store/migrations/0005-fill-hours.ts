/** Hourly figures of the turns from before there were figures, counted and packed as in the first version. */
import { type Kysely, sql } from 'kysely';

export async function fillHours(db: Kysely<unknown>): Promise<void> {
  const hours = new Map<string, Hour>();
  for (let after = 0; ; ) {
    const { rows } = await sql<Turn>`
      select seq, user_id as "userId", started_at as "startedAt", status, error_code as "errorCode",
        used_tools as "usedTools", tools, classifier_tag as "classifierTag", duration_ms as "durationMs",
        first_chunk_at as "firstChunkAt", input_tokens as "inputTokens", response_tokens as "responseTokens",
        late, feedback
      from turns where seq > ${after} order by seq limit ${PAGE}`.execute(db);
    for (const turn of rows) {
      for (const hour of hoursOf(hours, turn)) countTurn(hour, turn);
      after = turn.seq;
    }
    if (rows.length < PAGE) break;
  }
  const decided = await sql<{ userId: string; startedAt: number; body: string }>`
    select turns.user_id as "userId", turns.started_at as "startedAt", turn_events.body
    from turn_events join turns on turns.turn_id = turn_events.turn_id where turn_events.type = 'decided'`.execute(db);
  for (const { body, ...turn } of decided.rows) {
    const { option } = JSON.parse(body);
    const verdict = option !== null && option !== 'deny' ? 'allowed' : 'denied';
    for (const { sum } of hoursOf(hours, turn)) addTo(sum, verdict);
  }
  for (const { userId, hour, turns, failed, ...counts } of hours.values()) {
    await sql`insert into turn_hours (user_id, hour, turns, failed, counts)
      values (${userId}, ${hour}, ${turns}, ${failed}, ${stored(counts)})`.execute(db);
  }
}

interface Turn {
  seq: number;
  userId: string;
  startedAt: number;
  status: string;
  errorCode: string | null;
  /** JSON, as are `tools` and `feedback`. */
  usedTools: string;
  tools: string | null;
  classifierTag: string | null;
  durationMs: number | null;
  firstChunkAt: number | null;
  inputTokens: number | null;
  responseTokens: number | null;
  late: number;
  feedback: string | null;
}

interface Counts {
  status: Record<string, number>;
  code: Record<string, number>;
  tool: Record<string, number>;
  tag: Record<string, number>;
  /** Of completed turns: the count of each bucket of their duration. */
  total: Map<number, number>;
  firstText: Map<number, number>;
  sum: Record<string, number>;
}

interface Hour extends Counts {
  userId: string;
  hour: number;
  turns: number;
  failed: number;
}

/** The hours of all users together (empty id) and of this user. */
function hoursOf(hours: Map<string, Hour>, { userId, startedAt }: Pick<Turn, 'userId' | 'startedAt'>): Hour[] {
  const hour = Math.floor(startedAt / HOUR_MS) * HOUR_MS;
  return ['', userId].map((of) => {
    const key = `${of} ${hour}`;
    const known = hours.get(key);
    if (known !== undefined) return known;
    const fresh: Hour = {
      userId: of,
      hour,
      turns: 0,
      failed: 0,
      status: nothing(),
      code: nothing(),
      tool: nothing(),
      tag: nothing(),
      total: new Map(),
      firstText: new Map(),
      sum: nothing(),
    };
    hours.set(key, fresh);
    return fresh;
  });
}

function countTurn(hour: Hour, turn: Turn): void {
  const { status, errorCode, classifierTag, durationMs, firstChunkAt, startedAt } = turn;
  if (!FINAL.includes(status)) return;
  hour.turns++;
  if (status === 'failed' || status === 'unknown') hour.failed++;
  addTo(hour.status, status);
  if (errorCode !== null) addTo(hour.code, errorCode);
  for (const tool of toolsOf(turn)) addTo(hour.tool, tool);
  if (classifierTag !== null) addTo(hour.tag, classifierTag);
  addTo(hour.sum, 'inputTokens', turn.inputTokens ?? 0);
  addTo(hour.sum, 'outputTokens', turn.responseTokens ?? 0);
  if (turn.late !== 0) addTo(hour.sum, 'late');
  const rating = turn.feedback && JSON.parse(turn.feedback)?.rating;
  if (rating === 'up' || rating === 'down') addTo(hour.sum, rating);
  if (status !== 'completed') return;
  if (durationMs !== null) addDuration(hour.total, durationMs);
  if (firstChunkAt !== null) addDuration(hour.firstText, firstChunkAt - startedAt);
}

/** The tools that were recorded; without a record, those that the answer claims. */
function toolsOf({ tools, usedTools }: Turn): Iterable<string> {
  if (tools === null) return new Set<string>(JSON.parse(usedTools));
  return JSON.parse(tools).map(({ name }: { name: string }) => name);
}

function addTo(counts: Record<string, number>, name: string, count = 1): void {
  const key = name in counts || Object.keys(counts).length < MAX_NAMES ? name : OTHERS;
  const sum = (counts[key] ?? 0) + count;
  if (sum === 0) delete counts[key];
  else counts[key] = sum;
}

/** Each bucket is a tenth wider than the one before. */
function addDuration(buckets: Map<number, number>, ms: number): void {
  const bucket = Math.floor(Math.log(Math.max(0, ms) + 1) / Math.log(1.1));
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
}

function stored({ total, firstText, ...named }: Counts): string {
  return JSON.stringify({ ...named, total: packed(total), firstText: packed(firstText) });
}

/** Each bucket and its count, in order. */
function packed(buckets: Map<number, number>): number[] {
  return [...buckets].sort(([a], [b]) => a - b).flat();
}

/** Without a prototype: an agent may call a tool `__proto__`. */
function nothing(): Record<string, number> {
  return Object.create(null);
}

const FINAL = ['completed', 'failed', 'cancelled', 'unknown'];
const HOUR_MS = 3_600_000;
// Some megabytes at a time.
const PAGE = 5000;
// An agent that invents a new name for each turn must not make the rows grow without end.
const MAX_NAMES = 200;
const OTHERS = '…';
