import { type CreateTableBuilder, type Kysely, PostgresAdapter, sql } from 'kysely';
import { numberInOrderOfCommits } from './0001-event-order.ts';
import { literals } from './literals.ts';

/**
 * Column types that SQLite and PostgreSQL both have: times and counts are `bigint`, booleans are 0 or 1, JSON is text.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('subject', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('email', 'text')
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('locale', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('disabled_at', 'bigint')
    .execute();

  await db.schema
    .createTable('agent_sessions')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().unique().references('users.id'))
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('turns')
    // The order in which turns were accepted, which does not depend on the clock.
    .$call(growing(db, 'seq'))
    .addColumn('turn_id', 'text', (column) => column.notNull().unique())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('agent_session', 'text', (column) => column.notNull().references('agent_sessions.name'))
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text')
    .addColumn('request_hash', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('queued'))
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('page_origin', 'text')
    .addColumn('context', 'text')
    .addColumn('locale', 'text')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('delivered_at', 'bigint')
    .addColumn('first_chunk_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('duration_ms', 'bigint')
    .addColumn('response', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('response_tokens', 'integer')
    .addColumn('tokens_exact', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('input_tokens', 'integer')
    .addColumn('used_tools', 'text', (column) => column.notNull().defaultTo('[]'))
    .addColumn('rows_seen', 'bigint')
    .addColumn('classifier_tag', 'text')
    .addColumn('chip_count', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('trailer_malformed', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('late', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('error_code', 'text')
    .addColumn('error_detail', 'text')
    .addColumn('fence', 'bigint', (column) => column.notNull())
    .addColumn('lease_owner', 'text')
    .addColumn('lease_expires_at', 'bigint')
    .addColumn('feedback', 'text')
    .addUniqueConstraint('turns_idempotency_key', ['user_id', 'idempotency_key'])
    .execute();
  // Only one question at a time is typed into a pane, even if two gateways run.
  await db.schema
    .createIndex('turns_one_at_work')
    .unique()
    .on('turns')
    .column('agent_session')
    .where(sql.ref('status'), 'in', literals(['delivering', 'running', 'waiting']))
    .execute();
  await db.schema
    .createIndex('turns_open')
    .on('turns')
    .column('seq')
    .where(sql.ref('status'), 'in', literals(['queued', 'delivering', 'running', 'waiting']))
    .execute();
  await db.schema.createIndex('turns_of_user').on('turns').columns(['user_id', 'seq']).execute();
  await db.schema.createIndex('turns_of_chat').on('turns').columns(['user_id', 'session_id', 'seq']).execute();
  await db.schema.createIndex('turns_started').on('turns').column('started_at').execute();
  await db.schema.createIndex('turns_finished').on('turns').column('finished_at').execute();

  await db.schema
    .createTable('turn_events')
    .$call(growing(db, 'id'))
    .addColumn('turn_id', 'text', (column) => column.notNull()) // empty for events outside a turn
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  if (isPostgres(db)) await numberInOrderOfCommits(db);
  await db.schema.createIndex('turn_events_of_user').on('turn_events').columns(['user_id', 'id']).execute();
  await db.schema.createIndex('turn_events_of_turn').on('turn_events').columns(['turn_id', 'id']).execute();
  // Deleted when the turn is final, so there are never many.
  await db.schema
    .createIndex('turn_events_progress')
    .on('turn_events')
    .column('turn_id')
    .where(
      sql.ref('type'),
      'in',
      literals(['queued', 'delivering', 'running', 'chunk', 'tool', 'approval', 'approval-closed']),
    )
    .execute();

  await db.schema
    .createTable('sign_in_codes')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .execute();

  await db.schema
    .createTable('browser_sessions')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('api_tokens')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('expires_at', 'bigint')
    .execute();

  await db.schema
    .createTable('counters')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
}

/** A primary key that the database counts up, and never reuses. The syntax differs between the two databases. */
function growing(db: Kysely<unknown>, name: string) {
  return <T extends string>(table: CreateTableBuilder<T, never>) =>
    isPostgres(db)
      ? table.addColumn(name, 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      : table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement());
}

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
