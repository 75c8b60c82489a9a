/** Carriers of sessions: a gateway runs for as long as its lock is held, see `gateway-link.ts`. */
import { type Kysely, type RawBuilder, type SqlBool, sql, type Transaction } from 'kysely';
import type { Asking, CarriedTurn, CarrierStore, OpenTurn } from '../carrier-store.ts';
import { literals } from '../queries/literals.ts';
import type { Schema } from '../queries/schema.ts';
import { openStatuses } from '../queries/turn-list.ts';
import { fromRow } from '../queries/turn-row.ts';
import { GATEWAYS } from './gateway-link.ts';

export function carrierQueries(db: Kysely<Schema>): CarrierStore {
  return {
    async claim(session, by) {
      const row = await db
        .selectFrom('agentSessions')
        .select(({ ref }) => ['carrier', isFree(ref('carrier'), by).as('free'), isFree(ref('heldBy'), by).as('unheld')])
        .where('name', '=', session)
        .executeTakeFirst();
      if (row === undefined || !row.free || !row.unheld) return null;
      if (row.carrier !== by.gateway && !(await claimSession(db, session, by))) {
        // Nothing is open there, or another gateway was faster.
        return (await openTurns(db, session)).length === 0 ? [] : null;
      }
      return await openTurns(db, session);
    },

    seize: (session, by, at) =>
      db.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('agentSessions')
          .set({ carrier: by.gateway, heldBy: by.gateway })
          .where('name', '=', session)
          .where(({ ref }) => isFree(ref('heldBy'), by))
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return null;
        await trx
          .updateTable('turns')
          .set({ stopRequestedAt: at })
          .where('agentSession', '=', session)
          .where('status', 'in', literals(openStatuses))
          .where('stopRequestedAt', 'is', null)
          .execute();
        return await openTurns(trx, session);
      }),

    async unhold(session, gateway) {
      await db
        .updateTable('agentSessions')
        .set({ heldBy: null })
        .where('name', '=', session)
        .where('heldBy', '=', gateway)
        .execute();
    },

    async release(session, gateway) {
      const { numUpdatedRows } = await db
        .updateTable('agentSessions')
        .set({ carrier: null })
        .where('name', '=', session)
        .where('carrier', '=', gateway)
        .where('heldBy', 'is', null)
        .where(({ not, exists }) => not(exists(openIn(db, session))))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async releaseAll(gateway) {
      await db.updateTable('agentSessions').set({ carrier: null }).where('carrier', '=', gateway).execute();
      await db.updateTable('agentSessions').set({ heldBy: null }).where('heldBy', '=', gateway).execute();
    },

    async open(by) {
      const rows = await db
        .selectFrom('turns')
        .innerJoin('agentSessions', 'agentSessions.name', 'turns.agentSession')
        .select(({ ref }) => [
          'turns.turnId',
          'turns.agentSession as session',
          'turns.stopRequestedAt',
          'agentSessions.carrier',
          isFree(ref('agentSessions.carrier'), by).as('free'),
        ])
        .where('turns.status', 'in', literals(openStatuses))
        .orderBy('turns.seq')
        .execute();
      return rows.map(({ turnId, session, stopRequestedAt, carrier, free }): OpenTurn => {
        const whose = carrier === by.gateway ? 'this' : free ? 'free' : 'other';
        return { turnId, session, stopRequested: stopRequestedAt !== null, carrier: whose };
      });
    },

    async requestStop(turnId, at) {
      const row = await db
        .updateTable('turns')
        .set((eb) => ({ stopRequestedAt: eb.fn.coalesce('stopRequestedAt', eb.val(at)) }))
        .where('turnId', '=', turnId)
        .where('status', 'in', literals(openStatuses))
        .returning('agentSession')
        .executeTakeFirst();
      return row?.agentSession ?? null;
    },
  };
}

/** False where another gateway carries or holds it: the condition is checked again on the row as that has left it. */
export async function claimSession(db: Kysely<Schema>, session: string, by: Asking): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('agentSessions')
    .set({ carrier: by.gateway })
    .where('name', '=', session)
    .where(({ ref }) => isFree(ref('carrier'), by))
    .where(({ ref }) => isFree(ref('heldBy'), by))
    .where(({ exists }) => exists(openIn(db, session)))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

function openIn(db: Kysely<Schema>, session: string) {
  return db
    .selectFrom('turns')
    .select('turns.seq')
    .where('turns.agentSession', '=', session)
    .where('turns.status', 'in', literals(openStatuses));
}

async function openTurns(db: Kysely<Schema> | Transaction<Schema>, session: string): Promise<CarriedTurn[]> {
  const rows = await db
    .selectFrom('turns')
    .selectAll()
    .where('agentSession', '=', session)
    .where('status', 'in', literals(openStatuses))
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ turn: fromRow(row), stopRequested: row.stopRequestedAt !== null }));
}

/** Nobody's, the asking gateway's, or that of a gateway that is gone. */
function isFree(column: unknown, { gateway, knowsOthers }: Asking): RawBuilder<SqlBool> {
  if (!knowsOthers) return sql`coalesce(${column} = ${gateway}, true)`;
  return sql`(coalesce(${column} = ${gateway}, true) or ${column} not in (${RUNNING}))`;
}

// An advisory lock of two numbers has the second as `objid`.
const RUNNING = sql`select objid::bigint from pg_locks where locktype = 'advisory' and objsubid = 2 and granted
  and classid = ${sql.lit(GATEWAYS)} and database = (select oid from pg_database where datname = current_database())`;
