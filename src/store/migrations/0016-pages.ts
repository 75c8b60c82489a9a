import { type Kysely, PostgresAdapter, sql } from 'kysely';

/**
 * What is read in pages is found by an index, however many people, conversations and turns there are. On SQLite a search
 * finds the words that begin as the one that was typed, and where in the order of turns a time is.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index users_created on users (created_at, id)`.execute(db);
  await sql`create index agent_sessions_used on agent_sessions (last_used_at, name)`.execute(db);
  await sql`create index agent_sessions_of_host on agent_sessions (host)`.execute(db);
  // How many turns a user had, without reading the counts.
  await sql`create index turn_hours_turns on turn_hours (user_id, turns)`.execute(db);
  await sql`create index turns_of_user_code on turns (user_id, error_code, started_at)
    where error_code is not null`.execute(db);
  if (!(db.getExecutor().adapter instanceof PostgresAdapter)) {
    await sql`create virtual table turn_text_terms using fts5vocab('turn_text', 'instance')`.execute(db);
    await clock(db);
  }
}

/**
 * How far the clock has ever been set back between two turns. With it, an index of times says which turns are older than
 * a time, though the number of a turn does not depend on the clock.
 */
async function clock(db: Kysely<unknown>): Promise<void> {
  await sql`insert into counters (name, value)
    select 'clock set back', coalesce(max(latest - started_at), 0)
    from (select started_at, max(started_at) over (order by seq) as latest from turns)`.execute(db);
  await sql`create trigger turns_clock after insert on turns
    when (select max(started_at) from turns) - new.started_at >
      (select value from counters where name = 'clock set back')
    begin
      update counters set value = (select max(started_at) from turns) - new.started_at where name = 'clock set back';
    end`.execute(db);
}
