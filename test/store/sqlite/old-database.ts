import { Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from '../../../src/store/migrations/migrate.ts';
import { sqliteDialect } from '../../../src/store/sqlite/dialect.ts';

/** Makes the tables as the version that ended with this migration did, and fills them by `fill`. */
export async function oldDatabase(
  file: string,
  last: string,
  fill: (db: Kysely<unknown>) => Promise<void>,
): Promise<void> {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(file) });
  const provider = { getMigrations: async () => migrations };
  const { error } = await new Migrator({ db, provider }).migrateTo(last);
  if (error !== undefined) throw error;
  await fill(db);
  await db.destroy();
}

/** One user with one turn that was answered at 100 ms past midnight. */
export async function anOldTurn(db: Kysely<unknown>): Promise<void> {
  await sql`insert into users (id, subject, name, role, created_at) values ('u', 'anna', 'Anna', 'owner', 1)`.execute(
    db,
  );
  await sql`insert into agent_sessions (name, user_id, host, created_at, last_used_at)
    values ('s', 'u', 'local', 1, 1)`.execute(db);
  await sql`insert into turns (turn_id, user_id, session_id, agent_session, generation, host, request_hash, status, message,
      started_at, finished_at, duration_ms, response, used_tools, fence)
    values ('t', 'u', 'chat', 's', 1, 'local', 'h', 'completed', 'What is due?', 100, 200, 100, 'The overdue cases.',
      '["search"]', 1)`.execute(db);
  await sql`insert into turn_events (turn_id, user_id, at, type, body)
    values ('t', 'u', 150, 'decided', '{"type":"decided","option":"allow"}')`.execute(db);
}
