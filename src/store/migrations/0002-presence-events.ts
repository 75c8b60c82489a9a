import { type Kysely, sql } from 'kysely';
import { literals } from './literals.ts';

/**
 * A turn also has events about whether its host can be reached; they are pruned with the other steps when it is final.
 */
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
