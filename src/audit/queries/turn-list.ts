import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { finalStatuses, turnStatuses } from '../../contract/turn.ts';
import type { Turn, TurnFilter, TurnLine } from '../store.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { fromRow } from './turn-row.ts';

type Turns = SelectQueryBuilder<Schema, 'turns', object>;

/**
 * Lets only those turns through in which each of `words` begins a word, newest first and older than `before`, which is a
 * `seq`. Each kind of database has its own way.
 */
export type TextSearch = (query: Turns, words: string[], before: number | null) => Turns;

export type Page = TurnFilter & { before?: string | undefined; limit: number };

/** Newest first. */
export async function listTurns(db: Kysely<Schema>, search: TextSearch, page: Page): Promise<TurnLine[]> {
  const rows = await (await pageOf(db, search, page))
    .select([
      ...['turns.turnId', 'turns.userId', 'turns.agentSession', 'turns.generation', 'turns.host'],
      ...['turns.status', 'turns.late', 'turns.startedAt', 'turns.firstChunkAt', 'turns.finishedAt'],
      ...['turns.durationMs', 'turns.errorCode', 'turns.classifierTag', 'turns.usedTools', 'turns.rowsSeen'],
      ...['turns.tools', 'turns.model'],
      ...['turns.chipCount', 'turns.responseTokens', 'turns.tokensExact', 'turns.feedback'],
    ] as LineColumn[])
    .select(sql<string>`substr(turns.message, 1, ${sql.lit(BEGINNING)})`.as('question'))
    .execute();
  return rows.map(({ usedTools, tools, feedback, late, tokensExact, ...row }) => ({
    ...(row as unknown as TurnLine),
    usedTools: JSON.parse(usedTools),
    tools: tools === null ? null : JSON.parse(tools),
    feedback: feedback === null ? null : JSON.parse(feedback),
    late: late !== 0,
    tokensExact: tokensExact !== 0,
  }));
}

export async function listWholeTurns(db: Kysely<Schema>, search: TextSearch, page: Page): Promise<Turn[]> {
  return (await (await pageOf(db, search, page)).selectAll('turns').execute()).map(fromRow);
}

export const openStatuses = turnStatuses.filter((status) => !(finalStatuses as readonly string[]).includes(status));

type LineColumn = `turns.${Extract<keyof TurnLine, keyof Schema['turns']>}`;

/** Enough for 200 characters on one line, whatever white space is among them. */
const BEGINNING = 400;

async function pageOf(db: Kysely<Schema>, search: TextSearch, page: Page): Promise<Turns> {
  const { userId, status, code, tag, from, to, limit } = page;
  const before = page.before === undefined ? null : await placeOf(db, page.before);
  let query = db.selectFrom('turns') as Turns;
  if (userId !== undefined) query = query.where('turns.userId', '=', userId);
  // As literals, or SQLite can't tell that the index of open turns answers this.
  if (status === 'open') query = query.where('turns.status', 'in', literals(openStatuses));
  else if (status !== undefined) query = query.where('turns.status', '=', status);
  if (code !== undefined) query = query.where('turns.errorCode', '=', code);
  if (tag !== undefined) query = query.where('turns.classifierTag', '=', tag);
  if (from !== undefined) query = query.where('turns.startedAt', '>=', from);
  if (to !== undefined) query = query.where('turns.startedAt', '<', to);
  const words = wordsOf(page.search);
  if (words.length > 0) return search(withinSeq(query, page), words, before?.seq ?? null).limit(limit);
  if (before !== null) {
    query = query.where((is) =>
      is.and([
        is('turns.startedAt', '<=', before.startedAt), // for the index
        is.or([is('turns.startedAt', '<', before.startedAt), is('turns.seq', '<', before.seq)]),
      ]),
    );
  }
  // Few are open at any time: they are sorted, not looked for among all from the newest on.
  if (status === 'open') return query.orderBy(sql`+turns.started_at`, 'desc').orderBy('turns.seq', 'desc').limit(limit);
  return query.orderBy('turns.startedAt', 'desc').orderBy('turns.seq', 'desc').limit(limit);
}

/** The same times as the order in which turns were accepted, for an index that knows no times. */
function withinSeq(query: Turns, { from, to }: Page): Turns {
  let within = query;
  if (to !== undefined) {
    within = within.where('turns.seq', '<=', ({ selectFrom }) =>
      selectFrom('turns as older')
        .select(({ fn }) => fn.max('older.seq').as('seq'))
        .where('older.startedAt', '<', to),
    );
  }
  if (from !== undefined) {
    within = within.where('turns.seq', '>=', ({ selectFrom }) =>
      selectFrom('turns as newer')
        .select(({ fn }) => fn.min('newer.seq').as('seq'))
        .where('newer.startedAt', '>=', from),
    );
  }
  return within;
}

async function placeOf(db: Kysely<Schema>, turnId: string): Promise<{ seq: number; startedAt: number }> {
  const found = await db
    .selectFrom('turns')
    .select(['seq', 'startedAt'])
    .where('turnId', '=', turnId)
    .executeTakeFirst();
  if (found === undefined) throw new PaliadinError('not_found', 'the turn that `before` names is not there any more');
  return found;
}

/** What has no letter and no digit in it is in no index. */
function wordsOf(search: string | undefined): string[] {
  return (search ?? '').split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
}
