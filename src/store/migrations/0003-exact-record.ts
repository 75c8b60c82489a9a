import { type Kysely, sql } from 'kysely';
import { literals } from './literals.ts';

/** The agent's own record of a turn, beside the claims of its answer; and what else happened in the conversation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('turns').addColumn('model', 'text').execute();
  await db.schema.alterTable('turns').addColumn('cached_tokens', 'bigint').execute();
  await db.schema.alterTable('turns').addColumn('tools', 'text').execute();
  await db.schema
    .alterTable('turns')
    .addColumn('notices', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await db.schema
    .alterTable('turns')
    .addColumn('settled', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update turns set settled = 1 where finished_at is not null`.execute(db);
  // Few at any time: most are acknowledged a moment after their end.
  await db.schema
    .createIndex('turns_unsettled')
    .on('turns')
    .column('finished_at')
    .where(sql.ref('settled'), '=', sql.lit(0))
    .execute();

  // A notice ends up in the turn's own row.
  await db.schema.dropIndex('turn_events_progress').execute();
  await db.schema
    .createIndex('turn_events_progress')
    .on('turn_events')
    .column('turn_id')
    .where(sql.ref('type'), 'in', literals(PROGRESS))
    .execute();
}

const PROGRESS = [
  'queued',
  'delivering',
  'running',
  'chunk',
  'tool',
  'approval',
  'approval-closed',
  'presence',
  'notice',
];
