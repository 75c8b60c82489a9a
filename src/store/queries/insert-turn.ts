/** Accepts a question: once for each key, and no more than the user's quota. */
import type { Kysely, Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { StoredEvent } from '../../contract/records/event.ts';
import type { NewTurn, Turn } from '../../contract/records/turn.ts';
import { dayStart, nextDayStart } from '../day.ts';
import { record } from './audit-log.ts';
import { insertEvents } from './events.ts';
import type { Schema } from './schema.ts';
import type { IndexText } from './turn-list.ts';
import { fromRow } from './turn-row.ts';

/** As `TurnStore.insert`, in the caller's transaction. */
export async function insertOnce(
  db: Transaction<Schema>,
  turn: NewTurn,
  auditSalt: string,
  index: IndexText,
): Promise<{ turn: Turn; inserted: true; event: StoredEvent } | { turn: Turn; inserted: false }> {
  const row = await db
    .insertInto('turns')
    .values({ ...turn, auditSalt, fence: 0 })
    .onConflict((conflict) => conflict.columns(['userId', 'idempotencyKey']).doNothing())
    .returningAll()
    .executeTakeFirst();
  const { turnId, userId, startedAt, agentSession, generation, host, idempotencyKey } = turn;
  if (row === undefined) return { turn: (await byKey(db, userId, idempotencyKey as string)) as Turn, inserted: false };
  await requireQuota(db, turn);
  await index(db, [turnId]);
  await db.updateTable('agentSessions').set({ lastUsedAt: startedAt }).where('name', '=', agentSession).execute();
  const content = { salt: auditSalt, said: [turn.message, turn.pageOrigin, turn.context] };
  const about = { at: startedAt, actor: userId, subject: userId, turnId };
  await record(db, [
    { ...about, action: 'turn.accepted', detail: { session: agentSession, generation, host }, content },
  ]);
  const [event] = await insertEvents(db, [{ turnId, userId, at: startedAt, event: { type: 'accepted' } }]);
  return { turn: fromRow(row), inserted: true, event: event as StoredEvent };
}

/**
 * Runs in the transaction of the insert and counts this turn too, under a lock on the user's row, so that two concurrent
 * turns can't both be the last.
 */
async function requireQuota(db: Transaction<Schema>, { userId, startedAt }: NewTurn): Promise<void> {
  const user = await db
    .selectFrom('users')
    .select('dailyQuota')
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (typeof user?.dailyQuota !== 'number') return;
  const { count } = await db
    .selectFrom('turns')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('userId', '=', userId)
    .where('startedAt', '>=', dayStart(startedAt))
    .executeTakeFirstOrThrow();
  if (count <= user.dailyQuota) return;
  const againInMs = nextDayStart(startedAt) - startedAt;
  throw new PaliadinError('quota_reached', `this user may ask ${user.dailyQuota} questions a day`, { againInMs });
}

export async function byKey(
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
