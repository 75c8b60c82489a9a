import type { Kysely, Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { ApiToken } from '../../contract/records/sign-in.ts';
import type { User } from '../../contract/records/user.ts';
import { isScope, type Scope } from '../../contract/scopes.ts';
import type { SignInStore } from '../sign-in-store.ts';
import { record } from './audit-log.ts';
import type { Schema } from './schema.ts';

export function signInQueries(db: Kysely<Schema>): SignInStore {
  const user = async (id: string | undefined): Promise<User | null> =>
    id === undefined
      ? null
      : ((await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null);
  const noting = new Set<string>();
  /** Not awaited: while another process holds the store, the use is noted at a later request. */
  const noteUse = (hash: string, now: number): void => {
    if (noting.has(hash)) return;
    noting.add(hash);
    db.updateTable('apiTokens')
      .set({ lastUsedAt: now })
      .where('hash', '=', hash)
      .execute()
      .catch(() => {}) // the request's other queries report the error
      .finally(() => noting.delete(hash));
  };
  return {
    addCode: (code, by) =>
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('signInCodes')
          .values({ ...code, usedAt: null })
          .execute();
        await record(trx, [{ ...aboutUser(code.userId), ...by, action: 'link.created' }]);
      }),

    async byCode(hash, now) {
      const found = await db
        .selectFrom('signInCodes')
        .innerJoin('users', 'users.id', 'signInCodes.userId')
        .selectAll('users')
        .where('signInCodes.hash', '=', hash)
        .where('signInCodes.usedAt', 'is', null)
        .where('signInCodes.expiresAt', '>', now)
        .executeTakeFirst();
      return found ?? null;
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

    addBrowserSession: (session) =>
      db.transaction().execute(async (trx) => {
        const { userId, createdAt: at, way } = session;
        await trx.deleteFrom('browserSessions').where('expiresAt', '<=', at).execute();
        await trx.insertInto('browserSessions').values(session).execute();
        await record(trx, [{ ...aboutUser(userId), at, actor: userId, action: 'sign-in.accepted', detail: { way } }]);
      }),

    async byBrowserSession({ hashes, keyHash }, now) {
      if (hashes.length === 0 || keyHash === WITHOUT_KEY) return null;
      const session = await db
        .selectFrom('browserSessions')
        .select(['userId', 'hash'])
        .where('hash', 'in', hashes)
        .where('keyHash', '=', keyHash)
        .where('expiresAt', '>', now)
        .executeTakeFirst();
      const found = await user(session?.userId);
      return session === undefined || found === null ? null : { user: found, hash: session.hash };
    },

    async hasSessionWithoutKey(hashes) {
      if (hashes.length === 0) return false;
      const found = await db
        .selectFrom('browserSessions')
        .select('hash')
        .where('hash', 'in', hashes)
        .where('keyHash', '=', WITHOUT_KEY)
        .executeTakeFirst();
      return found !== undefined;
    },

    async dropBrowserSession(hash) {
      await db.deleteFrom('browserSessions').where('hash', '=', hash).execute();
    },

    async dropBrowserSessionsOfOtherKeys(way, keyDigests) {
      const { numDeletedRows } = await db
        .deleteFrom('browserSessions')
        .where('way', '=', way)
        .where((eb) => eb.or([eb('keyDigest', 'is', null), eb('keyDigest', 'not in', ['', ...keyDigests])]))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    addEmbeddedSession: (session, now) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('embeddedSessions').where('expiresAt', '<=', now).execute();
        await trx
          .insertInto('embeddedSessions')
          .values({ ...session, endedAt: null })
          .execute();
      }),

    async byEmbeddedSession({ hash, keyDigests }, now) {
      if (keyDigests.length === 0) return null;
      const session = await db
        .selectFrom('embeddedSessions')
        .select(['userId', 'issuedAt', 'expiresAt'])
        .where('hash', '=', hash)
        .where('keyDigest', 'in', keyDigests)
        .where('endedAt', 'is', null)
        .where('expiresAt', '>', now)
        .executeTakeFirst();
      const found = await user(session?.userId);
      if (session === undefined || found === null) return null;
      return { user: found, issuedAt: session.issuedAt, expiresAt: session.expiresAt };
    },

    async endEmbeddedSession(hash, now) {
      await db.updateTable('embeddedSessions').set({ endedAt: now }).where('hash', '=', hash).execute();
    },

    async isTokenSpent(tokenHash) {
      const spent = await db
        .selectFrom('embeddedSessions')
        .select('hash')
        .where('tokenHash', '=', tokenHash)
        .where('endedAt', 'is not', null)
        .executeTakeFirst();
      return spent !== undefined;
    },

    async countBrowserSessions(userId, now) {
      const { count } = await db
        .selectFrom('browserSessions')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('userId', '=', userId)
        .where('keyHash', '!=', WITHOUT_KEY)
        .where('expiresAt', '>', now)
        .executeTakeFirstOrThrow();
      return count;
    },

    addToken: ({ scopes, ...token }, by) =>
      db.transaction().execute(async (trx) => {
        const row = { ...token, scopes: scopes.join(' '), createdAt: by.at, lastUsedAt: null };
        await trx.insertInto('apiTokens').values(row).execute();
        const detail = { token: row.hash.slice(0, TOKEN_ID_DIGITS), name: row.name, scopes: row.scopes };
        const about = { subject: row.userId, turnId: null, detail };
        await record(trx, [{ ...about, ...by, action: 'token.created' }]);
      }),

    async byToken(hash, now) {
      const token = await db
        .selectFrom('apiTokens')
        .select(['userId', 'lastUsedAt', 'scopes'])
        .where('hash', '=', hash)
        .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
        .executeTakeFirst();
      if (token === undefined) return null;
      if (now - (token.lastUsedAt ?? 0) >= LAST_USED_STEP_MS) {
        noteUse(hash, now);
      }
      const found = await user(token.userId);
      return found === null ? null : { user: found, scopes: scopesOf(token) };
    },

    async tokens({ userId, limit } = {}) {
      let query = db.selectFrom('apiTokens').selectAll();
      if (limit !== undefined) query = query.limit(limit);
      if (userId !== undefined) query = query.where('userId', '=', userId);
      return (await query.orderBy('createdAt').orderBy('hash').execute()).map(shown);
    },

    dropToken: (id, { actor, at }) =>
      db.transaction().execute(async (trx) => {
        const meant = trx
          .selectFrom('apiTokens')
          .selectAll()
          .where(({ fn, eb, val }) => eb(fn('substr', ['hash', val(1), val(id.length)]), '=', id));
        const [token, another] = id === '' ? [] : await meant.limit(2).execute();
        if (token === undefined) throw new PaliadinError('not_found', `there is no token ${id}`);
        if (another !== undefined) throw new PaliadinError('conflict', `more than one token begins with ${id}`);
        await trx.deleteFrom('apiTokens').where('hash', '=', token.hash).execute();
        const detail = { token: token.hash.slice(0, TOKEN_ID_DIGITS), name: token.name };
        const about = { subject: token.userId, turnId: null, detail };
        await record(trx, [{ ...about, at, actor, action: 'token.revoked' }]);
        return shown(token);
      }),

    signOutEverywhere: (userId, how) => db.transaction().execute((trx) => endSignIns(trx, userId, how)),
  };
}

/** Codes that are not used yet are ended as well. To come back, the user signs in anew. */
export async function endSignIns(
  trx: Transaction<Schema>,
  userId: string,
  { now, tokens, actor }: { now: number; tokens: boolean; actor: string },
): Promise<{ browsers: number; tokens: number }> {
  await trx.updateTable('users').set({ signedOutAt: now }).where('id', '=', userId).execute();
  await trx
    .updateTable('signInCodes')
    .set({ usedAt: now })
    .where('userId', '=', userId)
    .where('usedAt', 'is', null)
    .execute();
  const browsers = await trx.deleteFrom('browserSessions').where('userId', '=', userId).executeTakeFirst();
  const revoked = tokens
    ? await trx.deleteFrom('apiTokens').where('userId', '=', userId).executeTakeFirst()
    : { numDeletedRows: 0 };
  const gone = { browsers: Number(browsers.numDeletedRows), tokens: Number(revoked.numDeletedRows) };
  await record(trx, [{ ...aboutUser(userId), at: now, actor, action: 'sign-in.ended', detail: gone }]);
  return gone;
}

function aboutUser(userId: string) {
  return { subject: userId, turnId: null, detail: {} };
}

function shown({ hash, ...token }: { hash: string; scopes: string } & Omit<ApiToken, 'id' | 'scopes'>): ApiToken {
  return { id: hash.slice(0, TOKEN_ID_DIGITS), ...token, scopes: scopesOf(token) };
}

/** A scope of a later version is ignored. */
function scopesOf({ scopes }: { scopes: string }): Scope[] {
  return scopes.split(' ').filter(isScope);
}

// A session from before session keys.
const WITHOUT_KEY = '';

// Enough to tell some thousand tokens apart, short enough to be typed.
const TOKEN_ID_DIGITS = 10;

// The hour is enough to see that a token is still in use; a write for each request would be expensive.
const LAST_USED_STEP_MS = 60 * 60 * 1000;
