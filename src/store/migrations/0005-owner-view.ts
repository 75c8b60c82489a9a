import { type Kysely, PostgresAdapter, sql } from 'kysely';
import { fillHours } from './0005-fill-hours.ts';
import { neverChangedOnPostgres, textSearchOnPostgres } from './0005-postgres.ts';

/** For the owner's dashboard: a chained audit log, hourly figures, and search in questions and answers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('users').addColumn('daily_quota', 'integer').execute();
  await db.schema.alterTable('turns').addColumn('handed_over_at', 'bigint').execute();
  await db.schema.alterTable('turns').addColumn('trailer', 'text').execute();
  await db.schema.alterTable('turns').addColumn('audit_salt', 'text').execute();
  await auditLog(db);
  await hours(db);
  await indexes(db);
  await (isPostgres(db) ? neverChangedOnPostgres(db) : neverChanged(db));
  await (isPostgres(db) ? textSearchOnPostgres(db) : textSearch(db));
}

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

async function auditLog(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_log')
    // SQLite stores a table in the order of its key only for this type.
    .addColumn('seq', isPostgres(db) ? 'bigint' : 'integer', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text') // no reference: the row outlives its user
    .addColumn('turn_id', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('content_hash', 'text')
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_log_action').on('audit_log').columns(['action', 'seq']).execute();
  await db.schema.createIndex('audit_log_actor').on('audit_log').columns(['actor', 'seq']).execute();
  await db.schema.createIndex('audit_log_subject').on('audit_log').columns(['subject', 'seq']).execute();
  await db.schema.createIndex('audit_log_turn').on('audit_log').columns(['turn_id', 'seq']).execute();
  await db.schema.createIndex('audit_log_at').on('audit_log').columns(['at']).execute();

  // One row: where the log ends. In a table of its own, so that rows that are deleted from the end are detected.
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into audit_head (id, seq, hash) values (1, 0, '')`.execute(db);
}

async function hours(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('turn_hours')
    .addColumn('user_id', 'text', (column) => column.notNull()) // empty: of all users
    .addColumn('hour', 'bigint', (column) => column.notNull())
    .addColumn('turns', 'integer', (column) => column.notNull())
    .addColumn('failed', 'integer', (column) => column.notNull())
    .addColumn('counts', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('turn_hours_key', ['user_id', 'hour'])
    .execute();
  // For active users and those who asked most, without reading the counts.
  await db.schema
    .createIndex('turn_hours_of_users')
    .on('turn_hours')
    .columns(['hour', 'user_id', 'turns', 'failed'])
    .execute();
  await fillHours(db);
}

/** An index for each filter of a list, in the order of the list. */
async function indexes(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('turns_of_user_started').on('turns').columns(['user_id', 'started_at']).execute();
  await db.schema
    .createIndex('turns_of_user_status')
    .on('turns')
    .columns(['user_id', 'status', 'started_at'])
    .execute();
  await db.schema.createIndex('turns_status_started').on('turns').columns(['status', 'started_at']).execute();
  await db.schema
    .createIndex('turns_code_started')
    .on('turns')
    .columns(['error_code', 'started_at'])
    .where(sql.ref('error_code'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('turns_tag_started')
    .on('turns')
    .columns(['classifier_tag', 'started_at'])
    .where(sql.ref('classifier_tag'), 'is not', null)
    .execute();
}

async function neverChanged(db: Kysely<unknown>): Promise<void> {
  for (const change of ['update', 'delete'] as const) {
    await sql`create trigger ${sql.raw(`audit_log_no_${change}`)} before ${sql.raw(change)} on audit_log
      begin select raise(abort, 'the audit log is only added to'); end`.execute(db);
  }
  // Also for "insert or replace", which SQLite does not count as an update.
  await sql`create trigger audit_log_at_end before insert on audit_log
    when new.seq <> (select coalesce(max(seq), 0) + 1 from audit_log)
    begin select raise(abort, 'the audit log is only added to'); end`.execute(db);
}

/** An index of the words in questions and answers; the text itself stays in the turn's row. */
async function textSearch(db: Kysely<unknown>): Promise<void> {
  await sql`create virtual table turn_text using fts5(
    message, response, content='turns', content_rowid='seq', tokenize='unicode61 remove_diacritics 2')`.execute(db);
  const add = 'insert into turn_text (rowid, message, response) values (new.seq, new.message, new.response);';
  const take =
    "insert into turn_text (turn_text, rowid, message, response) values ('delete', old.seq, old.message, old.response);";
  await sql`create trigger turn_text_insert after insert on turns begin ${sql.raw(add)} end`.execute(db);
  await sql`create trigger turn_text_delete after delete on turns begin ${sql.raw(take)} end`.execute(db);
  await sql`create trigger turn_text_update after update of message, response on turns
    begin ${sql.raw(take)} ${sql.raw(add)} end`.execute(db);
  // A deleted text leaves no words behind in the index.
  await sql`insert into turn_text (turn_text, rank) values ('secure-delete', 1)`.execute(db);
  await sql`insert into turn_text (turn_text) values ('rebuild')`.execute(db);
}
