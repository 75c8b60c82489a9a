import type { Kysely } from 'kysely';
import type { WebhookStore } from '../webhook-store.ts';
import type { Schema } from './schema.ts';

export function webhookQueries(db: Kysely<Schema>): WebhookStore {
  return {
    async cursor() {
      const row = await db.selectFrom('counters').select('value').where('name', '=', CURSOR).executeTakeFirst();
      return row?.value ?? null;
    },

    enqueue: (deliveries, cursor) =>
      db.transaction().execute(async (trx) => {
        if (deliveries.length > 0) {
          const fresh = { attempts: 0, deliveredAt: null, error: null };
          await trx
            .insertInto('webhookDeliveries')
            .values(deliveries.map((delivery) => ({ ...delivery, ...fresh, nextAt: delivery.occurredAt })))
            .onConflict((conflict) => conflict.column('eventId').doNothing())
            .execute();
        }
        await trx
          .insertInto('counters')
          .values({ name: CURSOR, value: cursor })
          .onConflict((conflict) =>
            conflict.column('name').doUpdateSet({ value: cursor }).where('counters.value', '<', cursor),
          )
          .execute();
      }),

    async claim({ now, until, limit }) {
      const rows = await db
        .updateTable('webhookDeliveries')
        .set((eb) => ({ nextAt: until, attempts: eb('attempts', '+', 1) }))
        // Again, since another gateway may have claimed it after it was found here.
        .where('nextAt', '<=', now)
        .where('eventId', 'in', (eb) =>
          eb
            .selectFrom('webhookDeliveries')
            .select('eventId')
            .where('nextAt', '<=', now)
            .orderBy('nextAt')
            .orderBy('eventId')
            .limit(limit),
        )
        .returningAll()
        .execute();
      return rows.sort((a, b) => a.eventId - b.eventId);
    },

    async record(eventId, outcome) {
      await db.updateTable('webhookDeliveries').set(outcome).where('eventId', '=', eventId).execute();
    },

    async nextDue() {
      const row = await db
        .selectFrom('webhookDeliveries')
        .select((eb) => eb.fn.min('nextAt').as('due'))
        .where('nextAt', 'is not', null)
        .executeTakeFirst();
      return row?.due ?? null;
    },

    async list({ limit }) {
      return await db.selectFrom('webhookDeliveries').selectAll().orderBy('eventId', 'desc').limit(limit).execute();
    },

    async summary() {
      const waiting = await db
        .selectFrom('webhookDeliveries')
        .select(({ fn }) => [
          fn.countAll<number>().as('waiting'),
          fn.count<number>('error').as('failing'),
          fn.min('occurredAt').as('oldestWaitingAt'),
        ])
        .where('nextAt', 'is not', null)
        .executeTakeFirstOrThrow();
      const newest = db
        .selectFrom('webhookDeliveries')
        .select(['deliveredAt', 'nextAt'])
        .orderBy('eventId', 'desc')
        .limit(NEWEST)
        .as('newest');
      const ended = await db
        .selectFrom(newest)
        .select(({ fn }) => [fn.countAll<number>().as('ended'), fn.count<number>('deliveredAt').as('delivered')])
        .where('nextAt', 'is', null)
        .executeTakeFirstOrThrow();
      return { ...waiting, delivered: ended.delivered, givenUp: ended.ended - ended.delivered };
    },

    async prune(before) {
      await db.deleteFrom('webhookDeliveries').where('nextAt', 'is', null).where('occurredAt', '<', before).execute();
    },
  };
}

// However many there have been.
const NEWEST = 1000;

/** Its row in the table of counters. */
const CURSOR = 'webhook-cursor';
