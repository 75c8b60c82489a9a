import type { Kysely } from 'kysely';
import type { AppToolStore } from '../app-tool-store.ts';
import type { Schema } from './schema.ts';
import type { InTransaction } from './turns.ts';

export function appToolQueries(db: Kysely<Schema>, { relaxed }: { relaxed: InTransaction }): AppToolStore {
  return {
    async begin(call) {
      const fresh = { durationMs: null, resultBytes: null, detail: null };
      const inserted = await db
        .insertInto('toolCalls')
        .values({ ...call, ...fresh })
        .onConflict((conflict) => conflict.columns(['turnId', 'callId']).doNothing())
        .returning('callId')
        .executeTakeFirst();
      if (inserted !== undefined) return null;
      const { turnId, callId } = call;
      return await db
        .selectFrom('toolCalls')
        .selectAll()
        .where('turnId', '=', turnId)
        .where('callId', '=', callId)
        .executeTakeFirstOrThrow();
    },

    async add(call) {
      // There is one for each call, and the end of the turn, which does wait for the disk, makes it safe too.
      await relaxed((trx) =>
        trx
          .insertInto('toolCalls')
          .values(call)
          .onConflict((conflict) => conflict.columns(['turnId', 'callId']).doNothing())
          .execute(),
      );
    },

    async start({ turnId, callId }) {
      const started = await db
        .updateTable('toolCalls')
        .set({ outcome: 'running' })
        .where('turnId', '=', turnId)
        .where('callId', '=', callId)
        .where('outcome', '=', 'waiting')
        .returning('callId')
        .executeTakeFirst();
      return started !== undefined;
    },

    async note({ turnId, callId }, end, from) {
      await db
        .updateTable('toolCalls')
        .set(end)
        .where('turnId', '=', turnId)
        .where('callId', '=', callId)
        .where('outcome', '=', from)
        .execute();
    },

    async count(turnId) {
      const { calls } = await db
        .selectFrom('toolCalls')
        .select((eb) => eb.fn.countAll<number>().as('calls'))
        .where('turnId', '=', turnId)
        .executeTakeFirstOrThrow();
      return Number(calls);
    },

    ofTurn: (turnId) =>
      db
        .selectFrom('toolCalls')
        .selectAll()
        .where('turnId', '=', turnId)
        .orderBy('startedAt')
        .orderBy('callId')
        .execute(),

    keys: () => db.selectFrom('signingKeys').selectAll().orderBy('createdAt', 'desc').orderBy('kid').execute(),

    async addKey(key) {
      await db.insertInto('signingKeys').values(key).execute();
    },

    async dropKeys(createdBefore) {
      await db.deleteFrom('signingKeys').where('createdAt', '<', createdBefore).execute();
    },
  };
}
