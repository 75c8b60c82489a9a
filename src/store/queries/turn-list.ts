import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { questionLine } from '../../contract/question-line.ts';
import type { TurnFilter, TurnLine } from '../../contract/records/turn.ts';
import { finalStatuses, turnStatuses } from '../../contract/turn.ts';
import { wordsOf } from '../words.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';

type Turns = SelectQueryBuilder<Schema, 'turns', object>;

/** Where a turn is in the list. */
export interface TurnPlace {
  seq: number;
  startedAt: number;
}

/** Which part of the list is looked at: turns of a time, and those that come after one. */
export interface Stretch {
  from: number | undefined;
  to: number | undefined;
  before: TurnPlace | null;
}

/**
 * Selects the turns of the stretch in which each of `words` begins a word, newest first; `query` has the times already.
 * Each kind of database implements it in its own way.
 */
export type TextSearch = (db: Kysely<Schema>, query: Turns, words: string[], stretch: Stretch) => Promise<Turns>;

/**
 * Called in the transaction that has written these turns' questions or answers, so that they can be found. Does nothing
 * on a database that indexes by itself.
 */
export type IndexText = (db: Transaction<Schema>, turnIds: readonly string[]) => Promise<void>;

export type Page = TurnFilter & { before?: string | undefined; limit: number };

/** Newest first. */
export async function listTurns(db: Kysely<Schema>, search: TextSearch, page: Page): Promise<TurnLine[]> {
  const rows = await (await pageOf(db, search, page))
    .select([
      'turns.turnId',
      'turns.userId',
      'turns.agentSession',
      'turns.generation',
      'turns.host',
      'turns.status',
      'turns.late',
      'turns.startedAt',
      'turns.firstChunkAt',
      'turns.finishedAt',
      'turns.durationMs',
      'turns.errorCode',
      'turns.classifierTag',
      'turns.usedTools',
      'turns.rowsSeen',
      'turns.tools',
      'turns.model',
      'turns.chipCount',
      'turns.responseTokens',
      'turns.tokensExact',
      'turns.feedback',
    ] as LineColumn[])
    .select([sql<string>`substr(turns.message, 1, ${sql.lit(BEGINNING)})`.as('beginning'), 'turns.attachments'])
    .execute();
  return rows.map(({ usedTools, tools, feedback, late, tokensExact, beginning, attachments, ...row }) => ({
    ...(row as unknown as TurnLine),
    question: questionLine({ message: beginning, attachments: JSON.parse(attachments) }),
    usedTools: JSON.parse(usedTools),
    tools: tools === null ? null : JSON.parse(tools),
    feedback: feedback === null ? null : JSON.parse(feedback),
    late: late !== 0,
    tokensExact: tokensExact !== 0,
  }));
}

export const openStatuses = turnStatuses.filter((status) => !(finalStatuses as readonly string[]).includes(status));

type LineColumn = `turns.${Extract<keyof TurnLine, keyof Schema['turns']>}`;

/** Enough for 200 characters on one line, whatever white space they contain. */
const BEGINNING = 400;

async function pageOf(db: Kysely<Schema>, search: TextSearch, page: Page): Promise<Turns> {
  const { userId, status, code, tag, from, to, limit } = page;
  const before = page.before === undefined ? null : await placeOf(db, page.before);
  let query = db.selectFrom('turns') as Turns;
  if (userId !== undefined) query = query.where('turns.userId', '=', userId);
  // As literals: with parameters, SQLite would not use the partial index of open turns.
  if (status === 'open') query = query.where('turns.status', 'in', literals(openStatuses));
  else if (status !== undefined) query = query.where('turns.status', '=', status);
  if (code !== undefined) query = query.where('turns.errorCode', '=', code);
  if (tag !== undefined) query = query.where('turns.classifierTag', '=', tag);
  if (from !== undefined) query = query.where('turns.startedAt', '>=', from);
  if (to !== undefined) query = query.where('turns.startedAt', '<', to);
  const words = wordsOf(page.search);
  if (words.length > 0) return (await search(db, query, words, { from, to, before })).limit(limit);
  if (status === 'open') {
    // In the order of their own index: few turns are open at any time.
    const older = before === null ? query : query.where('turns.seq', '<', before.seq);
    return older.orderBy('turns.seq', 'desc').limit(limit);
  }
  return inOrderOfTime(query, before).limit(limit);
}

/** Newest first, those that come after `before`. */
export function inOrderOfTime(query: Turns, before: TurnPlace | null): Turns {
  let after = query;
  if (before !== null) {
    after = query.where((is) =>
      is.and([
        is('turns.startedAt', '<=', before.startedAt), // so that the index is used
        is.or([is('turns.startedAt', '<', before.startedAt), is('turns.seq', '<', before.seq)]),
      ]),
    );
  }
  return after.orderBy('turns.startedAt', 'desc').orderBy('turns.seq', 'desc');
}

async function placeOf(db: Kysely<Schema>, turnId: string): Promise<TurnPlace> {
  const found = await db
    .selectFrom('turns')
    .select(['seq', 'startedAt'])
    .where('turnId', '=', turnId)
    .executeTakeFirst();
  if (found === undefined) throw new PaliadinError('not_found', 'the turn that `before` names no longer exists');
  return found;
}
