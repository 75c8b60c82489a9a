import { type ExpressionBuilder, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { AuditAction } from '../../contract/admin/audit.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { By } from '../../contract/records/audit-log.ts';
import type { Conversation, ConversationChange, ConversationState } from '../../contract/records/session.ts';
import { type ConversationQuery, type ConversationStore, noSuchConversation } from '../conversation-store.ts';
import { placeOf } from '../session-store.ts';
import { matcher, wordsOf } from '../words.ts';
import { record } from './audit-log.ts';
import { deleteTurns } from './delete.ts';
import { lockUser } from './insert-turn.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { createSession, SESSION_COLUMNS, usedBefore } from './sessions.ts';
import { openStatuses } from './turn-list.ts';

export interface ConversationQueryOptions {
  /** Makes deleted data unreadable in the file; false: not yet, it is done later. */
  erase: () => Promise<boolean>;
}

export function conversationQueries(db: Kysely<Schema>, { erase }: ConversationQueryOptions): ConversationStore {
  return {
    create: (user, { most, title, ...options }, { actor, at }) =>
      db.transaction().execute(async (trx) => {
        await lockUser(trx, user.id);
        await requireRoom(trx, user.id, most);
        const made = await createSession(trx, user.id, { ...options, now: at, title });
        const about = { at, actor, subject: user.id, turnId: null };
        await record(trx, [{ ...about, action: 'conversation.created', detail: { session: made.name } }]);
        return made;
      }),

    async get(userId, name) {
      const row = await rows(db).where('name', '=', name).where('userId', '=', userId).executeTakeFirst();
      return row === undefined ? null : ((await withStates(db, userId, [row]))[0] ?? null);
    },

    list: (query) => list(db, query),

    async ofChat(userId, chatId) {
      const found = await db
        .selectFrom('turns')
        .innerJoin('agentSessions', 'agentSessions.name', 'turns.agentSession')
        .select(SESSION_COLUMNS.map((name) => `agentSessions.${name}` as const))
        .where('turns.userId', '=', userId)
        .where('turns.sessionId', '=', chatId)
        .orderBy('turns.seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return found ?? null;
    },

    change: (name, wanted, by) => db.transaction().execute((trx) => change(trx, name, wanted, by)),

    async remove(name, by, { unlessOpen = false } = {}) {
      const turns = await db.transaction().execute((trx) => remove(trx, name, by, unlessOpen));
      return { turns, erased: await erase() };
    },

    deleted: async () => await db.selectFrom('deletedSessions').select(['name', 'host']).orderBy('deletedAt').execute(),

    async forgotten(name, host) {
      await db.deleteFrom('deletedSessions').where('name', '=', name).where('host', '=', host).execute();
    },
  };
}

async function requireRoom(db: Transaction<Schema>, userId: string, most: number): Promise<void> {
  const { count } = await db
    .selectFrom('agentSessions')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow();
  if (count < most) return;
  throw new PaliadinError(
    'conversation_limit',
    `this user has ${count} conversations, and PALIADIN_CONVERSATIONS_LIMIT is ${most}; delete one first`,
  );
}

/** The end of the newest turn is looked up by index. */
function rows(db: Kysely<Schema>) {
  return db
    .selectFrom('agentSessions')
    .select([...SESSION_COLUMNS, 'title', 'archivedAt', 'seenAt'])
    .select((eb: ExpressionBuilder<Schema, 'agentSessions'>) =>
      eb
        .selectFrom('turns')
        .select('turns.finishedAt')
        .whereRef('turns.agentSession', '=', 'agentSessions.name')
        .orderBy('turns.seq', 'desc')
        .limit(1)
        .as('finishedAt'),
    );
}

type Row = Omit<Conversation, 'state'>;

async function list(db: Kysely<Schema>, query: ConversationQuery) {
  const { userId, archived, before, limit } = query;
  let wanted = rows(db).where('userId', '=', userId);
  const words = wordsOf(query.search);
  if (query.search === undefined) wanted = wanted.where('archivedAt', archived ? 'is not' : 'is', null);
  else if (words.length === 0) return { conversations: [], next: null };
  if (before !== undefined) wanted = wanted.where(usedBefore(before));
  const ordered = wanted.orderBy('lastUsedAt', 'desc').orderBy('name', 'desc');
  const found =
    words.length === 0 ? await ordered.limit(limit + 1).execute() : (await ordered.execute()).filter(has(words));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const isLast = found.length <= limit || last === undefined;
  return {
    conversations: await withStates(db, userId, page),
    next: isLast ? null : placeOf(last),
  };
}

function has(words: readonly string[]): (row: Row) => boolean {
  const matches = matcher(words);
  return ({ title }) => title !== null && matches([title]);
}

/** Few turns are open at any time. */
async function withStates(db: Kysely<Schema>, userId: string, found: Row[]): Promise<Conversation[]> {
  const open = await db
    .selectFrom('turns')
    .select(['agentSession', 'status'])
    .where('status', 'in', literals(openStatuses))
    .where('userId', '=', userId)
    .execute();
  return found.map((row) => {
    const statuses = open.filter(({ agentSession }) => agentSession === row.name).map(({ status }) => status);
    return { ...row, state: stateOf(statuses) };
  });
}

function stateOf(open: readonly Selectable<Schema['turns']>['status'][]): ConversationState {
  if (open.length === 0) return 'idle';
  if (open.includes('waiting')) return 'waiting';
  return open.every((status) => status === 'queued') ? 'queued' : 'answering';
}

async function change(
  db: Transaction<Schema>,
  name: string,
  { title, archived, seen }: ConversationChange,
  { actor, at }: By,
): Promise<void> {
  const before = await db
    .selectFrom('agentSessions')
    .select(['userId', 'archivedAt'])
    .where('name', '=', name)
    .executeTakeFirst();
  if (before === undefined) throw noSuchConversation();
  const moves = archived !== undefined && archived !== (before.archivedAt !== null);
  const set = {
    ...(title !== undefined && { title, titledBy: null }),
    ...(moves && { archivedAt: archived ? at : null }),
    ...(seen === true && { seenAt: at }),
  };
  if (Object.keys(set).length > 0) await db.updateTable('agentSessions').set(set).where('name', '=', name).execute();
  const actions: AuditAction[] = [];
  if (title !== undefined) actions.push('conversation.renamed');
  if (moves) actions.push(archived ? 'conversation.archived' : 'conversation.unarchived');
  const about = { at, actor, subject: before.userId, turnId: null, detail: { session: name } };
  await record(
    db,
    actions.map((action) => ({ ...about, action })),
  );
}

async function remove(db: Transaction<Schema>, name: string, { actor, at }: By, unlessOpen: boolean): Promise<number> {
  const session = await db.selectFrom('agentSessions').select('userId').where('name', '=', name).executeTakeFirst();
  if (session === undefined) throw noSuchConversation();
  // No question is accepted meanwhile.
  await lockUser(db, session.userId);
  const turns = await db
    .selectFrom('turns')
    .select(['turnId', sql<boolean>`status in (${sql.join(literals(openStatuses))})`.as('open')])
    .where('agentSession', '=', name)
    .execute();
  if (unlessOpen && turns.some(({ open }) => Boolean(open))) {
    throw new PaliadinError('conflict', 'a turn of this conversation is open; wait for its end, or stop it first');
  }
  await leaveToHosts(db, { name }, at);
  await deleteTurns(
    db,
    turns.map(({ turnId }) => turnId),
  );
  await db.deleteFrom('agentSessions').where('name', '=', name).execute();
  const detail = { session: name, turns: turns.length };
  await record(db, [{ at, actor, action: 'conversation.deleted', subject: session.userId, turnId: null, detail }]);
  return turns.length;
}

/**
 * Puts down, before it is deleted, what hosts have of it: also those where it has been before it moved, which may have
 * been away then.
 */
export async function leaveToHosts(
  db: Transaction<Schema>,
  whose: { name: string } | { userId: string },
  deletedAt: number,
): Promise<void> {
  const sessions = db.selectFrom('agentSessions').select(['name', 'host']);
  const turns = db.selectFrom('turns').select(['agentSession as name', 'host']).groupBy(['agentSession', 'host']);
  const [now, before] = await ('name' in whose
    ? Promise.all([
        sessions.where('name', '=', whose.name).execute(),
        turns.where('agentSession', '=', whose.name).execute(),
      ])
    : Promise.all([
        sessions.where('userId', '=', whose.userId).execute(),
        turns.where('userId', '=', whose.userId).execute(),
      ]));
  const left = [...now, ...before];
  for (let at = 0; at < left.length; at += AT_ONCE) {
    await db
      .insertInto('deletedSessions')
      .values(left.slice(at, at + AT_ONCE).map((one) => ({ ...one, deletedAt })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

const AT_ONCE = 500;
