import { type Kysely, sql, type Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { SESSION_DIGITS, sessionName } from '../../contract/names.ts';
import type { By } from '../../contract/records/audit-log.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { SessionStore } from '../session-store.ts';
import { record } from './audit-log.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { openStatuses } from './turn-list.ts';

export function sessionQueries(db: Kysely<Schema>): SessionStore {
  return {
    async ofUser(user, options) {
      return (await ofUser(db, user.id)) ?? (await create(db, user.id, options));
    },

    byUser: async (userId) => (await ofUser(db, userId)) ?? null,

    move: (name, way, by) => db.transaction().execute((trx) => move(trx, name, way, by)),

    async startOver(name, { actor, at }) {
      return await db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('agentSessions')
          .set((eb) => ({ generation: eb('generation', '+', 1) }))
          .where('name', '=', name)
          .returning(COLUMNS)
          .executeTakeFirst();
        if (row === undefined) throw new PaliadinError('not_found', `there is no session ${name}`);
        const detail = { session: name, generation: row.generation };
        await record(trx, [{ at, actor, action: 'session.reset', subject: row.userId, turnId: null, detail }]);
        return row;
      });
    },

    async get(name) {
      return (await db.selectFrom('agentSessions').select(COLUMNS).where('name', '=', name).executeTakeFirst()) ?? null;
    },

    async list() {
      return await db
        .selectFrom('agentSessions')
        .innerJoin('users', 'users.id', 'agentSessions.userId')
        .select(COLUMNS.map((name) => `agentSessions.${name}` as const))
        .select('users.subject')
        .orderBy('agentSessions.lastUsedAt', 'desc')
        .execute();
    },
  };
}

/** Without the fence, which only the queries of turns use. */
const COLUMNS = ['name', 'userId', 'host', 'generation', 'movedIn', 'createdAt', 'lastUsedAt'] as const;

// The number of hexadecimal digits in a UUID.
const ALL_DIGITS = 32;

/**
 * The name is a unique column, and so is the user: the later of two concurrent inserts, in this process or another,
 * fails on the first one's row and takes one more digit.
 */
async function create(
  db: Kysely<Schema>,
  userId: string,
  { prefix, host, now }: { prefix: string; host: string; now: number },
): Promise<AgentSession> {
  for (let digits = SESSION_DIGITS; digits <= ALL_DIGITS; digits++) {
    const row = await db
      .insertInto('agentSessions')
      .values({ name: sessionName(prefix, userId, digits), userId, host, createdAt: now, lastUsedAt: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning(COLUMNS)
      .executeTakeFirst();
    const made = row ?? (await ofUser(db, userId));
    if (made !== undefined) return made;
  }
  throw new PaliadinError('internal', 'another user has the same id, so no session name is free');
}

async function ofUser(db: Kysely<Schema>, userId: string): Promise<AgentSession | undefined> {
  return await db.selectFrom('agentSessions').select(COLUMNS).where('userId', '=', userId).executeTakeFirst();
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
    .returning(COLUMNS)
    .executeTakeFirst();
  if (row === undefined) {
    const known = await db.selectFrom('agentSessions').select(COLUMNS).where('name', '=', name).executeTakeFirst();
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
