import type { Kysely, Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { AuditEntry, By } from '../../contract/records/audit-log.ts';
import type { User } from '../../contract/records/user.ts';
import { finalStatuses } from '../../contract/turn.ts';
import type { UserQuery, UserStore } from '../user-store.ts';
import { record } from './audit-log.ts';
import { leaveToHosts } from './conversations.ts';
import { deleteTurns } from './delete.ts';
import type { Schema } from './schema.ts';
import { conversationCounter } from './sessions.ts';
import { endSignIns } from './sign-in.ts';
import { usersOf } from './user-list.ts';
import { usersOverview } from './users-overview.ts';

export interface UserQueryOptions {
  newId: () => string;
  /** For searches, which look through all names; nothing else waits for them. */
  searching: Kysely<Schema>;
  /** Makes deleted data unreadable in the file; false: not yet, it is done later. */
  erase: () => Promise<boolean>;
}

export function userQueries(db: Kysely<Schema>, { newId, searching, erase }: UserQueryOptions): UserStore {
  const listing = ({ search }: UserQuery) => (search === undefined ? db : searching);
  const bySubject: UserStore['bySubject'] = async (subject) =>
    (await db.selectFrom('users').selectAll().where('subject', '=', subject).executeTakeFirst()) ?? null;
  return {
    async ensure({ subject, name = subject, email = null, locale = null, role = 'member', now }) {
      const known = await bySubject(subject);
      if (known !== null) return { user: known, created: false };
      const unset = { disabledAt: null, signedOutAt: null, dailyQuota: null };
      const made = await db
        .insertInto('users')
        .values({ id: newId(), subject, name, email, locale, role, createdAt: now, ...unset })
        .onConflict((conflict) => conflict.column('subject').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (made !== undefined) return { user: made, created: true };
      const first = await db.selectFrom('users').selectAll().where('subject', '=', subject).executeTakeFirstOrThrow();
      return { user: first, created: false };
    },

    async get(id) {
      return (await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
    },

    bySubject,

    list: async (query = {}) => await (await usersOf(listing(query), query)).execute(),

    describe: (id, { name, email, locale }) => change(db, id, { name, email, locale }),
    setRole: (id, role, by) => recorded(db, id, { role }, { ...by, action: 'user.role', detail: { role } }),
    disable: (id, by) => recorded(db, id, { disabledAt: by.at }, { ...by, action: 'user.disabled' }),
    // Until now the credentials identified the disabled user, who was told why they are refused. From now on they are
    // void.
    enable: (id, by) =>
      db.transaction().execute(async (trx) => {
        await endSignIns(trx, id, forgetting(by));
        await record(trx, [{ ...by, action: 'user.enabled', subject: id, turnId: null, detail: {} }]);
        return await change(trx, id, { disabledAt: null });
      }),
    setQuota: (id, dailyQuota, by) =>
      recorded(db, id, { dailyQuota }, { ...by, action: 'user.quota', detail: { quota: dailyQuota } }),

    setOwner: (id, by) =>
      db.transaction().execute(async (trx) => {
        const before = await trx.selectFrom('users').selectAll().where('role', '=', 'owner').execute();
        const others = before.filter((user) => user.id !== id);
        for (const user of others) await change(trx, user.id, { role: 'member' });
        const known = await trx.selectFrom('users').select('disabledAt').where('id', '=', id).executeTakeFirst();
        if (known?.disabledAt != null) await endSignIns(trx, id, forgetting(by));
        const owner = await change(trx, id, { role: 'owner', disabledAt: null });
        const became = [
          ...others.map((user) => ({ subject: user.id, detail: { role: 'member' } })),
          ...(others.length === before.length ? [{ subject: id, detail: { role: 'owner' } }] : []),
        ];
        await record(
          trx,
          became.map((entry) => ({ ...by, ...entry, turnId: null, action: 'user.role' })),
        );
        return owner;
      }),

    overview: (today, query = {}) => usersOverview(listing(query), today, query),

    async remove(id, { actor, at }) {
      const turns = await db.transaction().execute(async (trx) => {
        const turns = await removeAll(trx, id, at);
        await record(trx, [{ at, actor, action: 'user.deleted', subject: id, turnId: null, detail: { turns } }]);
        return turns;
      });
      return { turns, erased: await erase() };
    },
  };
}

async function change(db: Kysely<Schema>, id: string, set: Partial<User>): Promise<User> {
  const changed = await db.updateTable('users').set(set).where('id', '=', id).returningAll().executeTakeFirst();
  if (changed === undefined) throw new PaliadinError('not_found', 'there is no user with this id');
  return changed;
}

function recorded(
  db: Kysely<Schema>,
  id: string,
  set: Partial<User>,
  { detail = {}, ...entry }: By & Pick<AuditEntry, 'action'> & Partial<Pick<AuditEntry, 'detail'>>,
): Promise<User> {
  return db.transaction().execute(async (trx) => {
    const user = await change(trx, id, set);
    await record(trx, [{ ...entry, subject: id, turnId: null, detail }]);
    return user;
  });
}

/** Voids all credentials except API tokens. */
function forgetting({ actor, at }: By) {
  return { now: at, tokens: false, actor };
}

async function removeAll(db: Transaction<Schema>, userId: string, at: number): Promise<number> {
  const turns = await db.selectFrom('turns').select(['turnId', 'status']).where('userId', '=', userId).execute();
  if (turns.some(({ status }) => !(finalStatuses as readonly string[]).includes(status))) {
    throw new PaliadinError('conflict', 'a turn of this user is open; stop it, or wait for its end');
  }
  await leaveToHosts(db, { userId }, at);
  await deleteTurns(
    db,
    turns.map(({ turnId }) => turnId),
  );
  // The figures of one person are deleted with them; those of all users stay.
  await db.deleteFrom('turnHours').where('userId', '=', userId).execute();
  await db.deleteFrom('turnEvents').where('userId', '=', userId).execute();
  await db.deleteFrom('agentSessions').where('userId', '=', userId).execute();
  await db.deleteFrom('counters').where('name', '=', conversationCounter(userId)).execute();
  for (const table of ['attachments', 'signInCodes', 'browserSessions', 'embeddedSessions', 'apiTokens'] as const) {
    await db.deleteFrom(table).where('userId', '=', userId).execute();
  }
  const { numDeletedRows } = await db.deleteFrom('users').where('id', '=', userId).executeTakeFirst();
  if (numDeletedRows === 0n) throw new PaliadinError('not_found', 'there is no user with this id');
  return turns.length;
}
