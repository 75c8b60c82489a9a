import { type ExpressionBuilder, type Kysely, sql, type Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { conversationName, SESSION_DIGITS, SESSION_PATTERN, sessionName } from '../../contract/names.ts';
import type { By } from '../../contract/records/audit-log.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { SessionStore } from '../session-store.ts';
import { record } from './audit-log.ts';
import { lockUser } from './insert-turn.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { openStatuses } from './turn-list.ts';

export function sessionQueries(db: Kysely<Schema>): SessionStore {
  const get: SessionStore['get'] = async (name) =>
    (await db.selectFrom('agentSessions').select(SESSION_COLUMNS).where('name', '=', name).executeTakeFirst()) ?? null;

  return {
    async ofUser(user, options) {
      const known = await ofUser(db, user.id);
      if (known !== undefined) return known;
      return await db.transaction().execute(async (trx) => {
        await lockUser(trx, user.id);
        return (await ofUser(trx, user.id)) ?? (await createSession(trx, user.id, options));
      });
    },

    byUser: async (userId) => (await ofUser(db, userId)) ?? null,

    move: (name, way, by) => db.transaction().execute((trx) => move(trx, name, way, by)),

    async startOver(name, { actor, at }) {
      return await db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('agentSessions')
          .set((eb) => ({ generation: eb('generation', '+', 1) }))
          .where('name', '=', name)
          .returning(SESSION_COLUMNS)
          .executeTakeFirst();
        if (row === undefined) throw new PaliadinError('not_found', `there is no session ${name}`);
        const detail = { session: name, generation: row.generation };
        await record(trx, [{ at, actor, action: 'session.reset', subject: row.userId, turnId: null, detail }]);
        return row;
      });
    },

    get,

    async list({ userId, name, before, limit } = {}) {
      let query = db
        .selectFrom('agentSessions')
        .innerJoin('users', 'users.id', 'agentSessions.userId')
        .select(
          ([...SESSION_COLUMNS, 'title', 'archivedAt'] as const).map((column) => `agentSessions.${column}` as const),
        )
        .select('users.subject')
        .orderBy('agentSessions.lastUsedAt', 'desc')
        .orderBy('agentSessions.name', 'desc');
      if (userId !== undefined) query = query.where('agentSessions.userId', '=', userId);
      if (name !== undefined) query = query.where('agentSessions.name', '=', name);
      if (before !== undefined) query = query.where(usedBefore(before));
      return await (limit === undefined ? query : query.limit(limit)).execute();
    },

    async find(wanted) {
      const user = await db
        .selectFrom('users')
        .select('id')
        .where(({ eb, or }) => or([eb('id', '=', wanted), eb('subject', '=', wanted)]))
        .executeTakeFirst();
      const own = user && (await ofUser(db, user.id));
      return own ?? (await get(wanted));
    },

    async countByHost() {
      const rows = await db
        .selectFrom('agentSessions')
        .select(({ fn }) => ['host', fn.countAll<number>().as('count')])
        .groupBy('host')
        .execute();
      return new Map(rows.map(({ host, count }) => [host, count]));
    },
  };
}

/** Without the fence, which only the queries of turns use, and without text. */
export const SESSION_COLUMNS = ['name', 'userId', 'host', 'generation', 'movedIn', 'createdAt', 'lastUsedAt'] as const;

// The number of hexadecimal digits in a UUID.
const ALL_DIGITS = 32;

/**
 * Under the lock on the user's row. The name is a unique column: where another user's id begins alike, the later insert,
 * in this process or another, takes one more digit.
 */
export async function createSession(
  db: Transaction<Schema>,
  userId: string,
  { prefix, host, now, title = null }: { prefix: string; host: string; now: number; title?: string | null },
): Promise<AgentSession> {
  const number = await nextNumber(db, userId);
  for (let digits = SESSION_DIGITS; digits <= ALL_DIGITS; digits++) {
    const name = conversationName(sessionName(prefix, userId, digits), number);
    if (!SESSION_PATTERN.test(name)) break;
    const made = await db
      .insertInto('agentSessions')
      .values({ name, userId, host, title, createdAt: now, lastUsedAt: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning(SESSION_COLUMNS)
      .executeTakeFirst();
    if (made !== undefined) return made;
  }
  throw new PaliadinError('internal', 'another user has the same id, so no session name is free');
}

/** A number is not given again after its conversation was deleted: its host may still have something of it. */
async function nextNumber(db: Transaction<Schema>, userId: string): Promise<number> {
  const { value } = await db
    .insertInto('counters')
    .values({ name: conversationCounter(userId), value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ value: eb('counters.value', '+', 1) })))
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}

export function conversationCounter(userId: string): string {
  return `conversations ${userId}`;
}

/** The one that was used last; one in the archive only where there is no other. */
async function ofUser(db: Kysely<Schema>, userId: string): Promise<AgentSession | undefined> {
  return await db
    .selectFrom('agentSessions')
    .select(SESSION_COLUMNS)
    .where('userId', '=', userId)
    .orderBy(sql`case when archived_at is null then 0 else 1 end`)
    .orderBy('lastUsedAt', 'desc')
    .orderBy('name', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function move(
  db: Transaction<Schema>,
  name: string,
  { from, to, because, unlessOpen = false }: Parameters<SessionStore['move']>[1],
  { actor, at }: By,
): Promise<AgentSession> {
  const row = await db
    .updateTable('agentSessions')
    .set((eb) => ({ host: to, generation: eb('generation', '+', 1), movedIn: eb('generation', '+', 1) }))
    .where('name', '=', name)
    .where('host', '=', from)
    .returning(SESSION_COLUMNS)
    .executeTakeFirst();
  if (row === undefined) {
    const known = await db
      .selectFrom('agentSessions')
      .select(SESSION_COLUMNS)
      .where('name', '=', name)
      .executeTakeFirst();
    if (known === undefined) throw new PaliadinError('not_found', `there is no session ${name}`);
    return known;
  }
  const open = db.selectFrom('turns').select('turnId').where('agentSession', '=', name);
  if (unlessOpen && (await open.where('status', 'in', literals(openStatuses)).executeTakeFirst()) !== undefined) {
    throw new PaliadinError('conflict', 'a turn of this conversation is open; wait for its end, or stop it first');
  }
  await db
    .updateTable('turns')
    .set({ host: to, generation: row.generation })
    .where('agentSession', '=', name)
    .where('status', '=', sql.lit('queued' as const))
    .execute();
  const detail = { session: name, from, to, because, generation: row.generation };
  await record(db, [{ at, actor, action: 'session.moved', subject: row.userId, turnId: null, detail }]);
  return row;
}

/** `place` as `placeOf` makes it. */
export function usedBefore(place: string) {
  const [at, name] = [Number.parseInt(place, 10), place.slice(place.indexOf('.') + 1)];
  return ({ eb, and, or }: ExpressionBuilder<Schema, 'agentSessions'>) =>
    and([
      eb('agentSessions.lastUsedAt', '<=', at), // so that the index is used
      or([eb('agentSessions.lastUsedAt', '<', at), eb('agentSessions.name', '<', name)]),
    ]);
}
