/** Fills a store with seed data: users, turns, decisions, hourly figures, and the matching audit log. */
import { CamelCasePlugin, type Insertable, Kysely, sql, type Transaction } from 'kysely';
import type { AgentSession } from '../../src/contract/records/session.ts';
import type { User } from '../../src/contract/records/user.ts';
import { type Recorded, record } from '../../src/store/queries/audit-log.ts';
import type { Schema } from '../../src/store/queries/schema.ts';
import {
  changeHours,
  changeOf,
  decisionChange,
  type HourChange,
  isAllowed,
} from '../../src/store/queries/turn-hours.ts';
import { toRow } from '../../src/store/queries/turn-row.ts';
import { sqliteDialect } from '../../src/store/sqlite/dialect.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Dice, dice as diceOf } from './dice.ts';
import { type Past, pastTurn } from './turn.ts';
import { PEOPLE } from './words.ts';

export interface PastOptions {
  turns: number;
  users: number;
  days: number;
  seed: number;
  /** When the data ends. UTC milliseconds. */
  now: number;
  /** The name of the host of all turns. */
  host?: string;
}

/** @param file A store that does not exist yet, or is empty. */
export async function seedStore(file: string, options: PastOptions): Promise<{ turns: number; auditRows: number }> {
  const dice = diceOf(options.seed);
  const store = await openSqliteStore(file, { newId: dice.id });
  const people = await addPeople(store, options, dice);
  await store.close();
  const db = new Kysely<Schema>({ dialect: sqliteDialect(file), plugins: [new CamelCasePlugin()] });
  try {
    await sql`pragma synchronous = off`.execute(db);
    const times = timesOf(options, dice);
    for (let at = 0; at < times.length; at += AT_ONCE) {
      const some = times.slice(at, at + AT_ONCE);
      await db.transaction().execute((trx) => addTurns(trx, people, some, dice));
    }
    await sql`update agent_sessions set last_used_at = max(last_used_at, coalesce(
      (select max(started_at) from turns where agent_session = agent_sessions.name), 0))`.execute(db);
    const head = await db.selectFrom('auditHead').select('seq').executeTakeFirstOrThrow();
    return { turns: times.length, auditRows: head.seq };
  } finally {
    await db.destroy();
  }
}

// SQLite accepts 32,766 values in a statement, and a turn has about forty.
const AT_ONCE = 500;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Person {
  user: User;
  session: AgentSession;
  /** How much they ask, relative to others. */
  weight: number;
}

async function addPeople(
  store: Store,
  { users, days, now, host = 'laptop' }: PastOptions,
  dice: Dice,
): Promise<Person[]> {
  const people: Person[] = [];
  for (let index = 0; index < users; index++) {
    const name = PEOPLE[index] ?? `${PEOPLE[index % PEOPLE.length]} ${Math.floor(index / PEOPLE.length) + 1}`;
    const subject = index === 0 ? 'owner' : name.toLowerCase().replaceAll(' ', '.');
    const role = index === 0 ? 'owner' : index < 3 ? 'admin' : 'member';
    // Before the first day of the data, or during it.
    const createdAt = Math.round(now - (days + 1) * DAY_MS * (1 - dice.next() * 0.6 * (index / users)));
    const email = `${subject}@example.org`;
    const { user } = await store.users.ensure({ subject, name, email, role, now: createdAt });
    const session = await store.sessions.ofUser(user, { prefix: 'paliad-paliadin', host, now: createdAt });
    people.push({ user, session, weight: 1 / (1 + index * 0.35) });
  }
  const by = { actor: people[0]?.user.id ?? 'cli', at: now - DAY_MS };
  if (people.length > 5) {
    await store.users.disable(people.at(-1)?.user.id as string, by);
    await store.users.setQuota(people.at(-2)?.user.id as string, 20, by);
  }
  return people;
}

/** Office hours, less on weekends, slow growth, one day on which the host was away; the last ones today. */
function timesOf({ turns, days, now }: PastOptions, dice: Dice): number[] {
  const times: number[] = [];
  while (times.length < turns) {
    const back = Math.floor(days * (1 - dice.next() ** 0.8) * 0.999);
    const day = Math.floor(now / DAY_MS) * DAY_MS - back * DAY_MS;
    const weekday = new Date(day).getUTCDay();
    if ((weekday === 0 || weekday === 6) && dice.chance(0.85)) continue;
    const hour = dice.weighted(HOURS);
    const at = day + hour * HOUR_MS + dice.between(0, HOUR_MS - 1);
    if (at < now) times.push(at);
  }
  return times.sort((a, b) => a - b);
}

const HOURS: readonly (readonly [number, number])[] = [
  ...[0, 1, 2, 3, 4, 5].map((hour) => [hour, 0.3] as const),
  ...([
    [6, 2],
    [7, 6],
    [8, 12],
    [9, 14],
    [10, 13],
    [11, 10],
    [12, 6],
    [13, 10],
    [14, 12],
    [15, 11],
    [16, 9],
  ] as const),
  ...([
    [17, 6],
    [18, 3],
    [19, 2],
    [20, 2],
    [21, 1],
    [22, 1],
    [23, 0.5],
  ] as const),
];

async function addTurns(db: Transaction<Schema>, people: Person[], times: number[], dice: Dice): Promise<void> {
  const rows: Insertable<Schema['turns']>[] = [];
  const events = [];
  const records: Recorded[] = [];
  const hours: HourChange[] = [];
  for (const startedAt of times) {
    const known = people.filter(({ user }) => user.createdAt <= startedAt);
    const { user, session } = dice.weighted(known.map((person) => [person, person.weight] as const));
    const past = pastTurn(user, startedAt, dice);
    const salt = dice.id();
    const { name: agentSession, host } = session;
    const placed = { ...past.turn, agentSession, host, generation: 1, requestHash: dice.id() };
    const nothing = { feedback: null, idempotencyKey: null };
    rows.push({ ...nothing, ...toRow(placed), auditSalt: salt } as never);
    events.push(...past.decisions.map(({ at, ...decided }) => eventOf(past, at, { type: 'decided', ...decided })));
    records.push(...recordsOf(past, session, salt));
    hours.push(changeOf({ ...past.turn, status: 'queued' }, past.turn));
    hours.push(...past.decisions.map((decided) => decisionChange(past.turn, isAllowed(decided))));
  }
  await db.insertInto('turns').values(rows).execute();
  for (const event of events) await db.insertInto('turnEvents').values(event).execute();
  await changeHours(db, hours);
  for (let at = 0; at < records.length; at += AT_ONCE) await record(db, records.slice(at, at + AT_ONCE));
}

function eventOf({ turn }: Past, at: number, event: { type: 'decided' }) {
  return { turnId: turn.turnId, userId: turn.userId, at, type: event.type, body: JSON.stringify(event) };
}

function recordsOf({ turn, decisions }: Past, { name: session, host }: AgentSession, salt: string): Recorded[] {
  const { turnId, userId: subject, startedAt, message, pageOrigin, context, status, errorCode, late } = turn;
  const about = { subject, turnId };
  const asked = { salt, said: [message, pageOrigin, context] };
  const answered = { salt, said: [turn.response] };
  const finishedAt = turn.finishedAt ?? startedAt;
  return [
    {
      ...about,
      at: startedAt,
      actor: subject,
      action: 'turn.accepted',
      content: asked,
      detail: { session, generation: 1, host },
    },
    ...decisions.map(({ at, by, option, approval }): Recorded => {
      const actor = by === 'user' ? subject : by === 'terminal' ? 'host' : 'gateway';
      return { ...about, at, actor, action: 'approval.decided', detail: { kind: approval.kind, option, by } };
    }),
    {
      ...about,
      at: finishedAt,
      actor: 'gateway',
      action: `turn.${status}` as Recorded['action'],
      content: answered,
      detail: { code: errorCode },
    },
    ...(late
      ? [
          {
            ...about,
            at: finishedAt + 5000,
            actor: 'host',
            action: 'turn.late' as const,
            detail: {},
            content: answered,
          },
        ]
      : []),
  ];
}
