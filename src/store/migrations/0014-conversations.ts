import { type Kysely, PostgresAdapter, sql } from 'kysely';

/**
 * A user may have several conversations, each an agent session: so the user is not unique there any more, and a session
 * gets what a list of conversations shows. The title of those that are there is their first question.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index turns_of_session on turns (agent_session, seq)`.execute(db);
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    await sql`alter table agent_sessions drop constraint agent_sessions_user_id_key`.execute(db);
  } else {
    await withoutUniqueUser(db);
  }
  for (const column of ['title text', 'titled_by text', 'archived_at bigint', 'seen_at bigint not null default 0']) {
    await sql`alter table agent_sessions add column ${sql.raw(column)}`.execute(db);
  }
  await sql`create index agent_sessions_of_user on agent_sessions (user_id, last_used_at, name)`.execute(db);
  // What was answered before there were marks counts as seen.
  await sql`update agent_sessions set seen_at = coalesce(
    (select max(finished_at) from turns where agent_session = agent_sessions.name), 0)`.execute(db);
  await titleByFirstQuestion(db);
  // How many each user has begun: a name is never given again.
  await sql`insert into counters (name, value) select 'conversations ' || user_id, 1 from agent_sessions`.execute(db);

  // Deleted conversations whose files are still on a host, which may be away.
  await db.schema
    .createTable('deleted_sessions')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('deleted_sessions_key', ['name', 'host'])
    .execute();
  // Dropped after a while, so there are never many.
  await sql`create index turn_events_of_conversations on turn_events (at) where type = 'conversation'`.execute(db);
}

/** SQLite can't drop the constraint. Rows that refer to the table are checked when the transaction ends. */
async function withoutUniqueUser(db: Kysely<unknown>): Promise<void> {
  await sql`pragma defer_foreign_keys = on`.execute(db);
  await sql`create table agent_sessions_before as select * from agent_sessions`.execute(db);
  await sql`drop table agent_sessions`.execute(db);
  await sql`create table agent_sessions (name text primary key, user_id text not null references users (id),
    host text not null, generation integer default 1 not null, created_at bigint not null,
    last_used_at bigint not null, fence bigint default 0 not null, moved_in integer, carrier bigint,
    held_by bigint)`.execute(db);
  await sql`insert into agent_sessions (name, user_id, host, generation, created_at, last_used_at, fence, moved_in,
    carrier, held_by) select name, user_id, host, generation, created_at, last_used_at, fence, moved_in, carrier,
    held_by from agent_sessions_before`.execute(db);
  await sql`drop table agent_sessions_before`.execute(db);
}

async function titleByFirstQuestion(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string; turn_id: string; message: string }>`
    select agent_session as name, turn_id, substr(message, 1, 400) as message from turns
    where seq in (select min(seq) from turns group by agent_session)`.execute(db);
  for (const { name, turn_id, message } of rows) {
    await sql`update agent_sessions set title = ${shortened(message)}, titled_by = ${turn_id}
      where name = ${name}`.execute(db);
  }
}

function shortened(message: string): string {
  const letters = [...message.replace(/\s+/g, ' ').trim()];
  return letters.length <= 80 ? letters.join('') : `${letters.slice(0, 79).join('').trimEnd()}…`;
}
