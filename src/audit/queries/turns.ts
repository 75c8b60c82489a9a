import { type Kysely, sql, type Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { finalStatuses, turnStatuses } from '../../contract/turn.ts';
import { GIVEN_UP, type NewTurn, type StoredEvent, type Turn, type TurnStore, type TurnWrite } from '../store.ts';
import { insertEvents } from './events.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { turnStats } from './stats.ts';
import { fromRow, toRow } from './turn-row.ts';

/** A transaction that survives the end of the process, but is not waited for until it survives a power cut. */
export type Relaxed = <T>(work: (trx: Transaction<Schema>) => Promise<T>) => Promise<T>;

export function turnQueries(db: Kysely<Schema>, relaxed: Relaxed): TurnStore {
  return {
    async insert(turn) {
      return await db.transaction().execute((trx) => insertOnce(trx, turn));
    },

    async get(turnId) {
      const row = await db.selectFrom('turns').selectAll().where('turnId', '=', turnId).executeTakeFirst();
      return row === undefined ? null : fromRow(row);
    },

    byKey: (userId, idempotencyKey) => byKey(db, userId, idempotencyKey),

    async write(writes) {
      const work = (trx: Transaction<Schema>) => writeAll(trx, writes);
      if (writes.every(({ progress }) => progress)) return await relaxed(work);
      return await db.transaction().execute(work);
    },

    async history({ userId, sessionId, before, limit }) {
      let query = db.selectFrom('turns').selectAll().where('userId', '=', userId);
      if (sessionId !== undefined) query = query.where('sessionId', '=', sessionId);
      if (before !== undefined) {
        query = query.where('seq', '<', (eb) =>
          eb
            .selectFrom('turns as older')
            .select('older.seq')
            .where('older.turnId', '=', before)
            .where('older.userId', '=', userId),
        );
      }
      return (await query.orderBy('seq', 'desc').limit(limit).execute()).map(fromRow);
    },

    async open() {
      const rows = await db
        .selectFrom('turns')
        .selectAll()
        // As literals, or SQLite can't tell that the index of open turns answers this.
        .where('status', 'in', literals(openStatuses))
        .orderBy('seq')
        .execute();
      return rows.map(fromRow);
    },

    async awaitingLateAnswer(since) {
      const rows = await db
        .selectFrom('turns')
        .selectAll()
        .where('finishedAt', '>=', since)
        .where('errorCode', 'in', GIVEN_UP)
        .where((is) => is.or([is('deliveredAt', 'is not', null), is('errorCode', 'in', GIVEN_UP.slice(0, 2))]))
        .where('late', '=', 0)
        .orderBy('finishedAt')
        .execute();
      return rows.map(fromRow);
    },

    async unsettled(since) {
      const rows = await db
        .selectFrom('turns')
        .selectAll()
        .where('settled', '=', sql.lit(0))
        .where('finishedAt', '>=', since)
        .orderBy('finishedAt')
        .execute();
      return rows.map(fromRow);
    },

    async recent({ limit, userId }) {
      let query = db.selectFrom('turns').selectAll();
      if (userId !== undefined) query = query.where('userId', '=', userId);
      return (await query.orderBy('seq', 'desc').limit(limit).execute()).map(fromRow);
    },

    stats: (query) => turnStats(db, query),
  };
}

const openStatuses = turnStatuses.filter((status) => !(finalStatuses as readonly string[]).includes(status));

async function insertOnce(
  db: Transaction<Schema>,
  turn: NewTurn,
): Promise<{ turn: Turn; inserted: true; event: StoredEvent } | { turn: Turn; inserted: false }> {
  const row = await db
    .insertInto('turns')
    .values(turn)
    .onConflict((conflict) => conflict.columns(['userId', 'idempotencyKey']).doNothing())
    .returningAll()
    .executeTakeFirst();
  const { turnId, userId, startedAt, agentSession, idempotencyKey } = turn;
  if (row === undefined) return { turn: (await byKey(db, userId, idempotencyKey as string)) as Turn, inserted: false };
  await db.updateTable('agentSessions').set({ lastUsedAt: startedAt }).where('name', '=', agentSession).execute();
  const [event] = await insertEvents(db, [{ turnId, userId, at: startedAt, event: { type: 'accepted' } }]);
  return { turn: fromRow(row), inserted: true, event: event as StoredEvent };
}

async function byKey(
  db: Kysely<Schema> | Transaction<Schema>,
  userId: string,
  idempotencyKey: string,
): Promise<Turn | null> {
  const row = await db
    .selectFrom('turns')
    .selectAll()
    .where('userId', '=', userId)
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

async function writeAll(db: Transaction<Schema>, writes: TurnWrite[]): Promise<StoredEvent[]> {
  for (const { turnId, change } of writes) {
    const row = toRow(change);
    if (Object.keys(row).length === 0) continue;
    const { numUpdatedRows } = await db.updateTable('turns').set(row).where('turnId', '=', turnId).executeTakeFirst();
    if (numUpdatedRows === 0n) throw new PaliadinError('not_found', `there is no turn ${turnId} to change`);
  }
  return await insertEvents(
    db,
    writes.flatMap((write) => write.events),
  );
}
