import { type Kysely, sql } from 'kysely';

/** The audit log is only added to. */
export async function neverChangedOnPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create function audit_log_no_change() returns trigger language plpgsql as $$
    begin raise exception 'the audit log is only added to' using errcode = 'check_violation'; end $$`.execute(db);
  await sql`create trigger audit_log_no_change before update or delete on audit_log
    for each row execute function audit_log_no_change()`.execute(db);
  await sql`create trigger audit_log_no_truncate before truncate on audit_log
    for each statement execute function audit_log_no_change()`.execute(db);
  await sql`create function audit_log_next() returns bigint language sql as $$
    select coalesce(max(seq), 0) + 1 from audit_log $$`.execute(db);
  await sql`create trigger audit_log_at_end before insert on audit_log
    for each row when (new.seq <> audit_log_next()) execute function audit_log_no_change()`.execute(db);
}

/** The words of questions and answers, which the store finds and writes; `text` has them in their order. */
export async function textSearchOnPostgres(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('turn_text')
    .addColumn('rowid', 'bigint', (column) => column.primaryKey().references('turns.seq').onDelete('cascade'))
    .addColumn('words', sql`tsvector`, (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .execute();
  // Without a list of recent changes, which each search would have to read.
  await sql`create index turn_text_words on turn_text using gin (words) with (fastupdate = off)`.execute(db);
}
