/** Accepts a question: once for each key, and no more than the user's quota. */
import type { Kysely, Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { StoredEvent } from '../../contract/records/event.ts';
import type { NewTurn, Turn } from '../../contract/records/turn.ts';
import type { Asking } from '../carrier-store.ts';
import { dayStart, nextDayStart } from '../day.ts';
import { type Inserted, queueFull, type SharedInsert } from '../turn-store.ts';
import { record } from './audit-log.ts';
import { insertEvents } from './events.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { type IndexText, openStatuses } from './turn-list.ts';
import { fromRow } from './turn-row.ts';

export interface InsertOptions extends Partial<SharedInsert> {
  auditSalt: string;
  index: IndexText;
  /** Absent where the store has one gateway. */
  claim: ClaimSession | undefined;
}

/** Makes the gateway the session's carrier, if no other is. */
export type ClaimSession = (db: Transaction<Schema>, session: string, by: Asking) => Promise<unknown>;

/** As `TurnStore.insert`, in the caller's transaction. */
export async function insertOnce(
  db: Transaction<Schema>,
  turn: NewTurn,
  { auditSalt, index, claim, mostWaiting, by }: InsertOptions,
): Promise<Inserted> {
  // Locked first, so that a session's turns are numbered in the order in which they are committed, and counted one after
  // the other.
  const user = await lockUser(db, turn.userId);
  const row = await db
    .insertInto('turns')
    .values({ ...turn, auditSalt, fence: 0 })
    .onConflict((conflict) => conflict.columns(['userId', 'idempotencyKey']).doNothing())
    .returningAll()
    .executeTakeFirst();
  const { turnId, userId, startedAt, agentSession, generation, host, idempotencyKey } = turn;
  if (row === undefined) return { turn: (await byKey(db, userId, idempotencyKey as string)) as Turn, inserted: false };
  await requireQuota(db, turn, user);
  if (mostWaiting !== undefined) await requireRoom(db, turn, mostWaiting);
  await index(db, [turnId]);
  await db.updateTable('agentSessions').set({ lastUsedAt: startedAt }).where('name', '=', agentSession).execute();
  if (by !== undefined) await claim?.(db, agentSession, by);
  const content = { salt: auditSalt, said: [turn.message, turn.pageOrigin, turn.context] };
  const about = { at: startedAt, actor: userId, subject: userId, turnId };
  await record(db, [
    { ...about, action: 'turn.accepted', detail: { session: agentSession, generation, host }, content },
  ]);
  const [event] = await insertEvents(db, [{ turnId, userId, at: startedAt, event: { type: 'accepted' } }]);
  return { turn: fromRow(row), inserted: true, event: event as StoredEvent };
}

type LockedUser = { dailyQuota: number | null } | undefined;

async function lockUser(db: Transaction<Schema>, userId: string): Promise<LockedUser> {
  return await db.selectFrom('users').select('dailyQuota').where('id', '=', userId).forNoKeyUpdate().executeTakeFirst();
}

/** Counts the inserted turn too, under the lock on the user's row: two concurrent turns can't both be the last. */
async function requireQuota(db: Transaction<Schema>, { userId, startedAt }: NewTurn, user: LockedUser): Promise<void> {
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

/** A session has one user, whose row is locked. */
async function requireRoom(db: Transaction<Schema>, { agentSession }: NewTurn, mostWaiting: number): Promise<void> {
  const { open } = await db
    .selectFrom('turns')
    .select(({ fn }) => fn.countAll<number>().as('open'))
    .where('agentSession', '=', agentSession)
    .where('status', 'in', literals(openStatuses))
    .executeTakeFirstOrThrow();
  // The one that runs, and those that wait, among them this one.
  if (open > mostWaiting + 1) throw queueFull(mostWaiting);
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
