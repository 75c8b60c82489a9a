import type { Kysely } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { User, UserStore } from '../store.ts';
import type { Schema } from './schema.ts';

export function userQueries(db: Kysely<Schema>, newId: () => string): UserStore {
  const bySubject: UserStore['bySubject'] = async (subject) =>
    (await db.selectFrom('users').selectAll().where('subject', '=', subject).executeTakeFirst()) ?? null;
  return {
    async ensure({ subject, name = subject, email = null, locale = null, role = 'member', now }) {
      const known = await bySubject(subject);
      if (known !== null) return { user: known, created: false };
      const made = await db
        .insertInto('users')
        .values({
          ...{ id: newId(), subject, name, email, role, locale },
          ...{ createdAt: now, disabledAt: null, signedOutAt: null },
        })
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

    async list() {
      return await db.selectFrom('users').selectAll().orderBy('createdAt').orderBy('id').execute();
    },

    describe: (id, { name, email, locale }) => change(db, id, { name, email, locale }),
    setRole: (id, role) => change(db, id, { role }),
    disable: (id, now) => change(db, id, { disabledAt: now }),
    enable: (id) => change(db, id, { disabledAt: null }),

    setOwner: (id) =>
      db.transaction().execute(async (trx) => {
        await trx
          .updateTable('users')
          .set({ role: 'member' })
          .where('role', '=', 'owner')
          .where('id', '!=', id)
          .execute();
        return await change(trx, id, { role: 'owner', disabledAt: null });
      }),
  };
}

async function change(db: Kysely<Schema>, id: string, set: Partial<User>): Promise<User> {
  const changed = await db.updateTable('users').set(set).where('id', '=', id).returningAll().executeTakeFirst();
  if (changed === undefined) throw new PaliadinError('not_found', 'there is no user with this id');
  return changed;
}
