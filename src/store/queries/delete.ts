import type { Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Deletes the turns, and all that was said in them. The statistics stay. */
export async function deleteTurns(db: Transaction<Schema>, turnIds: string[]): Promise<number> {
  for (let at = 0; at < turnIds.length; at += AT_ONCE) {
    const some = turnIds.slice(at, at + AT_ONCE);
    await db.deleteFrom('webhookDeliveries').where('turnId', 'in', some).execute();
    await db.deleteFrom('toolCalls').where('turnId', 'in', some).execute();
    await db.deleteFrom('attachments').where('turnId', 'in', some).execute();
    await db.deleteFrom('turnEvents').where('turnId', 'in', some).execute();
    await db.updateTable('agentSessions').set({ title: null, titledBy: null }).where('titledBy', 'in', some).execute();
    await db.deleteFrom('turns').where('turnId', 'in', some).execute();
  }
  return turnIds.length;
}

// SQLite's limit is 32,766 values in a statement.
const AT_ONCE = 500;
