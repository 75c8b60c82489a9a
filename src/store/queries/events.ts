import { setImmediate } from 'node:timers/promises';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { EventBody, StoredEvent } from '../../contract/records/event.ts';
import { type Decided, finalStatuses } from '../../contract/turn.ts';
import type { EventStore } from '../event-store.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';

export function eventQueries(db: Kysely<Schema>, skipLost: () => Promise<void>): EventStore {
  return {
    skipLost,

    async append(event) {
      const [stored] = await insertEvents(db, [event]);
      return stored as StoredEvent;
    },

    async after({ userId, turnId, after, limit }) {
      let query = db.selectFrom('turnEvents').selectAll().where('userId', '=', userId).where('id', '>', after);
      if (turnId !== undefined) query = query.where('turnId', '=', turnId);
      const rows = await query.orderBy('id').limit(limit).execute();
      return rows.map(fromRow);
    },

    async changes({ after, limit }) {
      const rows = await db
        .selectFrom('turnEvents')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return { events: rows.filter(({ type }) => changeTypes.has(type)).map(fromRow), next: rows.at(-1)?.id ?? after };
    },

    async cursors(after) {
      const cursors = await db
        .selectFrom('turnEvents')
        .select(({ fn }) => ['userId', 'turnId', fn.max('id').as('id')])
        .where('id', '>', after)
        .groupBy(['userId', 'turnId'])
        .execute();
      return { cursors, next: Math.max(after, ...cursors.map(({ id }) => id)) };
    },

    decided: (turnId) => decisionsOf(db, turnId),

    async lastId() {
      const row = await db
        .selectFrom('turnEvents')
        .select((eb) => eb.fn.max('id').as('last'))
        .executeTakeFirst();
      return row?.last ?? 0;
    },

    async prune(before) {
      // Each says only that something changed: a reader who was away reads the list again.
      const told = await db
        .deleteFrom('turnEvents')
        .where('type', '=', sql.lit('conversation' as const))
        .where('at', '<', before)
        .executeTakeFirst();
      let pruned = Number(told.numDeletedRows);
      for (;;) {
        const gone = await pruneSome(db, before);
        pruned += gone;
        if (gone < PRUNE_AT_ONCE) return pruned;
        await setImmediate(); // SQLite calls are synchronous, so without this no other work would run
      }
    },
  };
}

/** Oldest first. */
export async function decisionsOf(
  db: Kysely<Schema> | Transaction<Schema>,
  turnId: string,
): Promise<(Decided & { at: number })[]> {
  const rows = await db
    .selectFrom('turnEvents')
    .select(['at', 'body'])
    .where('turnId', '=', turnId)
    .where('type', '=', 'decided')
    .orderBy('id')
    .execute();
  return rows.map(({ at, body }) => {
    const { type: _, ...decided } = JSON.parse(body);
    return { ...decided, at };
  });
}

function fromRow({ id, turnId, userId, at, body }: Selectable<Schema['turnEvents']>): StoredEvent {
  return { id, turnId, userId, at, event: JSON.parse(body) };
}

/** Appends events in their order. */
export async function insertEvents(
  db: Kysely<Schema> | Transaction<Schema>,
  events: EventBody[],
): Promise<StoredEvent[]> {
  if (events.length === 0) return [];
  const rows = await db
    .insertInto('turnEvents')
    .values(events.map(({ event, ...rest }) => ({ ...rest, type: event.type, body: JSON.stringify(event) })))
    .returning('id')
    .execute();
  // Ids are assigned in the order of the values; the order in which they are returned is not guaranteed.
  const ids = rows.map((row) => row.id).sort((a, b) => a - b);
  return events.map((event, index) => ({ ...event, id: ids[index] as number }));
}

// Some ten milliseconds of work, during which the gateway does nothing else.
const PRUNE_AT_ONCE = 1000;

const changeTypes: ReadonlySet<StoredEvent['event']['type']> = new Set([
  'accepted',
  'queued',
  'delivering',
  'running',
  'approval',
  'approval-closed',
  'finished',
  'late',
  'feedback',
  'reset',
  'conversation',
]);

// Event types that a reader no longer needs once the `finished` event carries the whole turn.
const progressTypes = [
  'queued',
  'delivering',
  'running',
  'chunk',
  'tool',
  'approval',
  'approval-closed',
  'presence',
  'notice',
] as const;

async function pruneSome(db: Kysely<Schema>, before: number): Promise<number> {
  const result = await db
    .deleteFrom('turnEvents')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('turnEvents as event')
        .select('event.id')
        // As literals: with parameters, SQLite would not use the partial index of these types.
        .where('event.type', 'in', literals(progressTypes))
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('turns as turn')
              .select('turn.seq')
              .whereRef('turn.turnId', '=', 'event.turnId')
              .where('turn.status', 'in', literals(finalStatuses))
              .where('turn.finishedAt', '<', before),
          ),
        )
        .limit(PRUNE_AT_ONCE),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
