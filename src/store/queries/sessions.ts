import type { Kysely } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { SESSION_DIGITS, sessionName } from '../../contract/names.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { SessionStore } from '../session-store.ts';
import { record } from './audit-log.ts';
import type { Schema } from './schema.ts';

export function sessionQueries(db: Kysely<Schema>): SessionStore {
  return {
    async ofUser(user, options) {
      const known = await ofUser(db, user.id);
      if (known === undefined) return await create(db, user.id, options);
      return known.host === options.host ? known : await moveTo(db, known.name, options.host);
    },

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
const COLUMNS = ['name', 'userId', 'host', 'generation', 'createdAt', 'lastUsedAt'] as const;

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

/** A conversation lives on one host; on another host it begins anew. */
async function moveTo(db: Kysely<Schema>, name: string, host: string): Promise<AgentSession> {
  return await db
    .updateTable('agentSessions')
    .set((eb) => ({ host, generation: eb('generation', '+', 1) }))
    .where('name', '=', name)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
