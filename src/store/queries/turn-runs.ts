/** Runs of turns: which is the newest, and what only that one may write. */
import type { Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { Turn } from '../../contract/records/turn.ts';
import { isFinal } from '../../contract/turn.ts';
import { DECIDED_ALREADY, TAKEN_OVER, type TurnWrite } from '../turn-store.ts';
import { decisionsOf } from './events.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { openStatuses } from './turn-list.ts';
import { fromRow } from './turn-row.ts';

/**
 * A relaxed transaction is enough: if a power cut loses the number, the clock alone makes the next one higher. The
 * clock also keeps a database that was restored from a backup ahead of the hosts.
 */
export async function takeUp(
  db: Transaction<Schema>,
  turnId: string,
  { at, carrier }: { at: number; carrier: number | undefined },
): Promise<Turn | null> {
  const found = await db.selectFrom('turns').select('agentSession').where('turnId', '=', turnId).executeTakeFirst();
  if (found === undefined) return null;
  const fence = await nextFence(db, found.agentSession, { at, carrier });
  if (fence === undefined) return null;
  const row = await db
    .updateTable('turns')
    .set({ fence })
    .where('turnId', '=', turnId)
    .where('status', 'in', literals(openStatuses))
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** The fence of a run that begins now; undefined where there is no such session, or another gateway carries it. */
export async function nextFence(
  db: Transaction<Schema>,
  agentSession: string,
  { at, carrier }: { at: number; carrier: number | undefined },
): Promise<number | undefined> {
  let session = db
    .updateTable('agentSessions')
    .set((eb) => ({
      fence: eb
        .case()
        .when('fence', '<', at)
        .then(eb.val(at)) // a parameter: with each number in its text, no statement would be prepared twice
        .else(eb('fence', '+', 1))
        .end(),
    }))
    .where('name', '=', agentSession);
  if (carrier !== undefined) session = session.where('carrier', '=', carrier);
  return (await session.returning('fence').executeTakeFirst())?.fence;
}

/**
 * Locks the row, so that no other gateway takes the turn up before this transaction ends. `locked`: the row, if the caller
 * has locked and read it.
 */
export async function requireNewestRun(
  db: Transaction<Schema>,
  { turnId, fence }: TurnWrite,
  locked?: Pick<Turn, 'fence'>,
): Promise<void> {
  if (fence === undefined) return;
  const query = db.selectFrom('turns').select('fence').where('turnId', '=', turnId).forNoKeyUpdate();
  const row = locked ?? (await query.executeTakeFirst());
  if (row === undefined || row.fence <= fence) return;
  throw new PaliadinError('conflict', 'another gateway has taken up this turn', { cause: TAKEN_OVER });
}

/**
 * Of two decisions on one request the first stands, whichever gateways they reach. The row is locked, so that each sees
 * the other.
 */
export async function requireUndecided(
  db: Transaction<Schema>,
  { turnId, whileOpen, events }: TurnWrite,
): Promise<void> {
  // That somebody answered at the terminal is a fact, and goes on record after whatever was decided here.
  const decided = events.flatMap(({ event }) =>
    event.type === 'decided' && event.by !== 'terminal' ? [event.approval.id] : [],
  );
  if (decided.length === 0) return;
  const row = await db
    .selectFrom('turns')
    .select(['status', 'stopRequestedAt'])
    .where('turnId', '=', turnId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (whileOpen && row !== undefined && (isFinal(row.status) || row.stopRequestedAt !== null)) {
    throw new PaliadinError('not_found', 'the turn is over, or is being stopped');
  }
  const before = await decisionsOf(db, turnId);
  if (!before.some(({ approval }) => decided.includes(approval.id))) return;
  throw new PaliadinError('conflict', 'this approval has already been decided', { cause: DECIDED_ALREADY });
}
