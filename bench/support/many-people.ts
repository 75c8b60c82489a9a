/** Many users at once in a PostgreSQL store, each with a conversation: one statement for each table instead of thousands. */
import pg from 'pg';

export interface ManyPeople {
  /** When they came, in UTC milliseconds. */
  at: number;
  people: readonly { subject: string; name: string; host: string }[];
}

export async function manyPeople(url: string, { at, people }: ManyPeople): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const subjects = people.map(({ subject }) => subject);
    const hosts = people.map(({ host }) => host);
    await client.query(
      `insert into users (id, subject, name, role, created_at)
       select ${ID}, subject, name, 'member', $1
       from unnest($2::text[], $3::text[]) with ordinality as one (subject, name, number)`,
      [at, subjects, people.map(({ name }) => name)],
    );
    await client.query(
      `insert into agent_sessions (name, user_id, host, created_at, last_used_at)
       select 'paliad-paliadin-' || left(id, 8), id, host, $1, $1
       from users join unnest($2::text[], $3::text[]) as one (of, host) on subject = of`,
      [at, subjects, hosts],
    );
    await client.query(
      `insert into counters (name, value) select 'conversations ' || id, 1 from users where subject = any($1)`,
      [subjects],
    );
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Each begins differently, as its session is named for. */
const ID = `lpad(to_hex(number), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(number), 12, '0')`;
