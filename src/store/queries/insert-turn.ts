/** Accepts a question: once for each key, and no more than the user's quota. */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Attachment } from '../../contract/attachment.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { questionLine } from '../../contract/question-line.ts';
import type { NewTurn, Turn } from '../../contract/records/turn.ts';
import type { Asking } from '../carrier-store.ts';
import { dayStart, nextDayStart } from '../day.ts';
import { titleOf } from '../title.ts';
import { type InsertedTurn, queueFull, type SharedInsert } from '../turn-store.ts';
import { claimAttachments } from './attachments.ts';
import { type Recorded, record, saidOf } from './audit-log.ts';
import { insertEvents } from './events.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { type IndexText, openStatuses } from './turn-list.ts';
import { fromRow } from './turn-row.ts';
import { nextFence } from './turn-runs.ts';

export interface InsertOptions extends Partial<SharedInsert> {
  auditSalt: string;
  newId: () => string;
  index: IndexText;
  /** Absent where the store has one gateway. */
  claim: ClaimSession | undefined;
  /** See `NewQuestion`. */
  takeUpAt?: number | undefined;
}

/** Makes the gateway the session's carrier, if no other is. */
export type ClaimSession = (db: Transaction<Schema>, session: string, by: Asking) => Promise<unknown>;

/** A question without its event. */
type Stored = Pick<InsertedTurn, 'turn' | 'inserted'>;

/** One question, and how it is to be inserted. */
export interface Accepting extends InsertOptions {
  turn: NewTurn;
}

/**
 * As `TurnStore.insertAll`, in the caller's transaction. What all gateways wait for, the end of the audit log and the
 * numbers of events, is taken last and once.
 */
export async function insertOnce(
  db: Transaction<Schema>,
  all: readonly Accepting[],
): Promise<PromiseSettledResult<InsertedTurn>[]> {
  const results = new Map<Accepting, PromiseSettledResult<Stored>>();
  // In the same order everywhere: two gateways that lock several users' rows never wait for each other.
  const ordered = all.toSorted((a, b) => (a.turn.userId < b.turn.userId ? -1 : Number(a.turn.userId > b.turn.userId)));
  for (const one of ordered) results.set(one, await settled(db, one, all.length > 1));
  const fresh = all.filter((one) => {
    const result = results.get(one);
    return result?.status === 'fulfilled' && result.value.inserted;
  });
  await record(
    db,
    fresh.map((one) => acceptedRecord((results.get(one) as PromiseFulfilledResult<Stored>).value.turn, one.auditSalt)),
  );
  const events = await insertEvents(
    db,
    fresh.map(({ turn: { turnId, userId, startedAt } }) => ({
      turnId,
      userId,
      at: startedAt,
      event: { type: 'accepted' as const },
    })),
  );
  return all.map((one) => {
    const result = results.get(one) as PromiseSettledResult<Stored>;
    if (result.status === 'rejected') return result;
    const event = events[fresh.indexOf(one)];
    const value =
      event === undefined ? { turn: result.value.turn, inserted: false as const } : { ...result.value, event };
    return { status: 'fulfilled', value: value as InsertedTurn };
  });
}

/** With a savepoint where there are others, whom a refusal of this one does not concern. */
async function settled(
  db: Transaction<Schema>,
  one: Accepting,
  amongOthers: boolean,
): Promise<PromiseSettledResult<Stored>> {
  if (!amongOthers) return { status: 'fulfilled', value: await insertRow(db, one) };
  await sql`savepoint accepting`.execute(db);
  try {
    const value = await insertRow(db, one);
    await sql`release savepoint accepting`.execute(db);
    return { status: 'fulfilled', value };
  } catch (reason) {
    if (!(reason instanceof PaliadinError)) throw reason; // the database's: nobody is inserted
    await sql`rollback to savepoint accepting`.execute(db);
    await sql`release savepoint accepting`.execute(db);
    return { status: 'rejected', reason };
  }
}

async function insertRow(
  db: Transaction<Schema>,
  { turn: { attachmentIds = [], ...turn }, auditSalt, newId, index, claim, mostWaiting, by, takeUpAt }: Accepting,
): Promise<Stored> {
  // Locked first, so that a session's turns are numbered in the order in which they are committed, and counted one after
  // the other.
  const user = await lockUser(db, turn.userId);
  const fence = await fenceOf(db, turn, takeUpAt);
  const row = await db
    .insertInto('turns')
    .values({ ...turn, auditSalt, fence })
    .onConflict((conflict) => conflict.columns(['userId', 'idempotencyKey']).doNothing())
    .returningAll()
    .executeTakeFirst();
  const { turnId, userId, agentSession, idempotencyKey } = turn;
  if (row === undefined) return { turn: (await byKey(db, userId, idempotencyKey as string)) as Turn, inserted: false };
  await requireQuota(db, turn, user);
  const attachments = await claimAttachments(db, turn, attachmentIds, newId);
  if (attachments.length > 0) await keepWithTurn(db, turnId, attachments);
  if (mostWaiting !== undefined) await requireRoom(db, turn, mostWaiting);
  await index(db, [turnId]);
  await use(db, turn, titleOf(questionLine({ ...turn, attachments })));
  if (by !== undefined) await claim?.(db, agentSession, by);
  return { turn: { ...fromRow(row), attachments }, inserted: true };
}

function acceptedRecord(turn: Turn, auditSalt: string): Recorded {
  const { turnId, userId, startedAt, agentSession, generation, host } = turn;
  return {
    at: startedAt,
    actor: userId,
    subject: userId,
    turnId,
    action: 'turn.accepted',
    detail: { session: agentSession, generation, host },
    content: { salt: auditSalt, said: saidOf(turn) },
  };
}

/** Every view of the turn has them. */
async function keepWithTurn(db: Transaction<Schema>, turnId: string, attachments: Attachment[]): Promise<void> {
  await db
    .updateTable('turns')
    .set({ attachments: JSON.stringify(attachments) })
    .where('turnId', '=', turnId)
    .execute();
}

/** Of the run that begins with the turn; 0 where none does. @throws PaliadinError `not_found` */
async function fenceOf(db: Transaction<Schema>, { agentSession }: NewTurn, takeUpAt?: number): Promise<number> {
  if (takeUpAt !== undefined) {
    const fence = await nextFence(db, agentSession, { at: takeUpAt, carrier: undefined });
    if (fence !== undefined) return fence;
  } else {
    const session = db.selectFrom('agentSessions').select('name').where('name', '=', agentSession);
    if ((await session.executeTakeFirst()) !== undefined) return 0;
  }
  throw new PaliadinError('not_found', 'this conversation was deleted just now');
}

/** The first question is the title of its conversation, and any takes it out of the archive. */
async function use(
  db: Transaction<Schema>,
  { agentSession, turnId, startedAt }: NewTurn,
  title: string,
): Promise<void> {
  await db
    .updateTable('agentSessions')
    .set((eb) => ({
      lastUsedAt: startedAt,
      archivedAt: null,
      titledBy: eb.case().when('title', 'is', null).then(turnId).else(eb.ref('titledBy')).end(),
      title: eb.fn.coalesce('title', eb.val(title)),
    }))
    .where('name', '=', agentSession)
    .execute();
}

type LockedUser = { dailyQuota: number | null } | undefined;

export async function lockUser(db: Transaction<Schema>, userId: string): Promise<LockedUser> {
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
