import type { Kysely } from 'kysely';
import type { SignInStore, User } from '../store.ts';
import type { Schema } from './schema.ts';

export function signInQueries(db: Kysely<Schema>): SignInStore {
  const user = async (id: string | undefined): Promise<User | null> =>
    id === undefined
      ? null
      : ((await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null);
  return {
    async addCode(code) {
      await db
        .insertInto('signInCodes')
        .values({ ...code, usedAt: null })
        .execute();
    },

    async takeCode(hash, now) {
      const taken = await db
        .updateTable('signInCodes')
        .set({ usedAt: now })
        .where('hash', '=', hash)
        .where('usedAt', 'is', null)
        .where('expiresAt', '>', now)
        .returning('userId')
        .executeTakeFirst();
      return await user(taken?.userId);
    },

    async addBrowserSession(session) {
      await db.deleteFrom('browserSessions').where('expiresAt', '<=', session.createdAt).execute();
      await db.insertInto('browserSessions').values(session).execute();
    },

    async byBrowserSession(hash, now) {
      const found = await db
        .selectFrom('browserSessions')
        .innerJoin('users', 'users.id', 'browserSessions.userId')
        .selectAll('users')
        .where('browserSessions.hash', '=', hash)
        .where('browserSessions.expiresAt', '>', now)
        .executeTakeFirst();
      return found ?? null;
    },

    async dropBrowserSession(hash) {
      await db.deleteFrom('browserSessions').where('hash', '=', hash).execute();
    },

    async addToken(token) {
      await db
        .insertInto('apiTokens')
        .values({ ...token, lastUsedAt: null })
        .execute();
    },

    async byToken(hash, now) {
      const token = await db
        .selectFrom('apiTokens')
        .select(['userId', 'lastUsedAt'])
        .where('hash', '=', hash)
        .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
        .executeTakeFirst();
      if (token !== undefined && now - (token.lastUsedAt ?? 0) >= LAST_USED_STEP_MS) {
        await db.updateTable('apiTokens').set({ lastUsedAt: now }).where('hash', '=', hash).execute();
      }
      return await user(token?.userId);
    },
  };
}

// To know that a token is still in use, the hour is enough; a write for each request would not be cheap.
const LAST_USED_STEP_MS = 60 * 60 * 1000;
