import { type Kysely, sql } from 'kysely';
import { literals } from './literals.ts';

/** A turn also tells whether its host can be reached; that goes with the other steps when the turn is final. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('turn_events_progress').execute();
  await db.schema
    .createIndex('turn_events_progress')
    .on('turn_events')
    .column('turn_id')
    .where(
      sql.ref('type'),
      'in',
      literals(['queued', 'delivering', 'running', 'chunk', 'tool', 'approval', 'approval-closed', 'presence']),
    )
    .execute();
}
