import type { Kysely } from 'kysely';
import type { UserStore } from '../store.ts';
import type { Schema } from './schema.ts';

export function userQueries(db: Kysely<Schema>, newId: () => string): UserStore {
  const bySubject: UserStore['bySubject'] = async (subject) =>
    (await db.selectFrom('users').selectAll().where('subject', '=', subject).executeTakeFirst()) ?? null;
  return {
    async ensure({ subject, name = subject, role = 'member', now }) {
      const known = await bySubject(subject);
      if (known !== null) return { user: known, created: false };
      const made = await db
        .insertInto('users')
        .values({ id: newId(), subject, name, email: null, role, locale: null, createdAt: now, disabledAt: null })
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
  };
}
