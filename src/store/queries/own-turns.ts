/**
 * One user's turns, a page at a time. A page reads only that user's turns, so its timing reveals nothing about other
 * users' texts; and the work is bounded, however much the user wrote.
 */
import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Turn, TurnPage } from '../../contract/records/turn.ts';
import type { TurnStore } from '../turn-store.ts';
import { matcher, wordsOf } from '../words.ts';
import type { Schema } from './schema.ts';
import { fromRow } from './turn-row.ts';

type Query = Parameters<TurnStore['history']>[0];

export async function ownTurns(db: Kysely<Schema>, query: Query): Promise<TurnPage> {
  const words = wordsOf(query.search);
  if (query.search !== undefined && words.length === 0) return { turns: [], next: null };
  const matches = words.length === 0 ? null : matcher(words);
  const found: Row[] = [];
  let [size, read, looked] = [0, 0, 0];
  let next: string | null = null;
  for await (const row of rowsOf(db, query)) {
    if (matches === null || matches(await textsOf(db, row.seq))) {
      const isFull = found.length === query.limit || (found.length > 0 && size + row.bytes > PAGE_BYTES);
      if (isFull) {
        next = found.at(-1)?.turnId ?? null;
        break;
      }
      found.push(row);
      size += row.bytes;
    }
    if (matches === null) continue;
    looked++;
    read += row.bytes;
    if (looked >= SEARCHED_TURNS || read >= SEARCHED_BYTES) {
      next = row.turnId;
      break;
    }
    if (looked % BREATH_TURNS === 0 || row.bytes > BREATH_BYTES) await setImmediate();
  }
  return { turns: await inFull(db, found), next };
}

interface Row {
  seq: number;
  turnId: string;
  /** Size of question and answer. */
  bytes: number;
}

/** Newest first, without the texts. */
async function* rowsOf(db: Kysely<Schema>, { before, ...query }: Query): AsyncGenerator<Row> {
  let last = before === undefined ? null : await seqOf(db, query.userId, before);
  if (last === undefined) return;
  for (;;) {
    const rows = await slice(db, query, last).execute();
    yield* rows;
    if (rows.length < SLICE) return;
    last = (rows.at(-1) as Row).seq;
  }
}

/** `before` is the `seq` of a turn of the user, which may have been deleted. */
export function slice(
  db: Kysely<Schema>,
  { userId, agentSession, sessionId }: Omit<Query, 'before'>,
  before: number | null,
) {
  let query = db
    .selectFrom('turns')
    // SQLite knows the length of a text without reading it.
    .select(['seq', 'turnId', sql<number>`octet_length(message) + octet_length(response)`.as('bytes')])
    .where('userId', '=', userId);
  if (agentSession !== undefined) query = query.where('agentSession', '=', agentSession);
  if (sessionId !== undefined) query = query.where('sessionId', '=', sessionId);
  if (before !== null) query = query.where('seq', '<', before);
  return query.orderBy('seq', 'desc').limit(SLICE);
}

async function seqOf(db: Kysely<Schema>, userId: string, turnId: string): Promise<number | undefined> {
  const turn = await db
    .selectFrom('turns')
    .select('seq')
    .where('turnId', '=', turnId)
    .where('userId', '=', userId)
    .executeTakeFirst();
  return turn?.seq;
}

async function textsOf(db: Kysely<Schema>, seq: number): Promise<string[]> {
  const turn = await db.selectFrom('turns').select(['message', 'response']).where('seq', '=', seq).executeTakeFirst();
  return turn === undefined ? [] : [turn.message, turn.response];
}

async function inFull(db: Kysely<Schema>, rows: readonly Row[]): Promise<Turn[]> {
  if (rows.length === 0) return [];
  const seqs = rows.map(({ seq }) => seq);
  const turns = await db.selectFrom('turns').selectAll().where('seq', 'in', seqs).orderBy('seq', 'desc').execute();
  return turns.map(fromRow);
}

const SLICE = 100;

// Several pages may be in memory at once where readers are slow. One turn may be larger: an answer may have 2 MB.
const PAGE_BYTES = 1024 * 1024;

// Some hundred milliseconds of work; for a user with more turns the search continues from there.
const SEARCHED_TURNS = 2000;
const SEARCHED_BYTES = 16 * 1024 * 1024;

// A millisecond or two, then other work runs.
const BREATH_TURNS = 20;
const BREATH_BYTES = 64 * 1024;
