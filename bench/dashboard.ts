/**
 * How long the owner's view waits for the store, with a million past turns. Creating them takes about ten minutes, so
 * the store is kept: `PALIADIN_BENCH_PAST` names the directory, `PALIADIN_BENCH_TURNS` the number of turns.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedStore } from '../scripts/seed-data/store.ts';
import type { NewTurn } from '../src/contract/records/turn.ts';
import { stretchOf } from '../src/services/statistics.ts';
import { dayStart } from '../src/store/day.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { distribution, figure, report } from './support/report.ts';

const TURNS = Number(process.env.PALIADIN_BENCH_TURNS ?? 1_000_000);
const RUNS = 20;

const directory = process.env.PALIADIN_BENCH_PAST ?? join(tmpdir(), `paliadin-past-${TURNS}`);
const file = join(directory, 'paliadin.db');
if (!existsSync(file)) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  process.stderr.write(`making a past of ${TURNS} turns in ${directory}\n`);
  await seedStore(file, { turns: TURNS, users: 20, days: 90, seed: 1, now: Date.now() });
}
const store = await openSqliteStore(file);
const [newest] = await store.turns.list({ limit: 1 });
if (newest === undefined) throw new Error(`${file} has no turns`);
const now = newest.startedAt + 60_000;
const people = await store.users.list();
const [owner, other] = [people[0], people[7]];
if (owner === undefined || other === undefined) throw new Error(`${file} has too few users`);
const middle = (await store.turns.list({ limit: 1, to: now - 45 * 24 * 3_600_000 }))[0]?.turnId;

const stats = (range: 'today' | '7d' | '30d' | '90d', userId?: string) => () =>
  store.turns.stats({ ...stretchOf(range, now, 0), to: now, userId });
const page = (query: Partial<Parameters<typeof store.turns.list>[0]>) => () =>
  store.turns.list({ limit: 51, ...query });

const queries: [what: string, query: () => Promise<unknown>][] = [
  ['figures of today', stats('today')],
  ['figures of 7 days', stats('7d')],
  ['figures of 30 days', stats('30d')],
  ['figures of 90 days', stats('90d')],
  ['figures of 90 days, one user', stats('90d', other.id)],
  ['turns: newest', page({})],
  ['turns: a page in the middle', page({ before: middle })],
  ['turns: one user', page({ userId: other.id })],
  ['turns: failed', page({ status: 'failed' })],
  ['turns: open', page({ status: 'open' })],
  ['turns: a code', page({ code: 'agent_stopped' })],
  ['turns: a tag', page({ tag: 'billing' })],
  ['turns: a day, 60 days ago', page({ from: now - 61 * 86_400_000, to: now - 60 * 86_400_000 })],
  ['turns: user, tag and status', page({ userId: other.id, tag: 'draft', status: 'failed' })],
  ['turns: user and a rare code', page({ userId: other.id, code: 'internal' })],
  ['search: a frequent word', page({ search: 'deadline' })],
  ['search: two words', page({ search: 'nordlicht settlement' })],
  ['search: a number', page({ search: 'C-2024-17' })],
  ['search: the beginning of many words', page({ search: 'sta' })],
  ['search: a short word', page({ search: 'a' })],
  ['search: nothing found', page({ search: 'zebra' })],
  ['search: a frequent word of one user', page({ search: 'deadline', userId: other.id })],
  ['search: a frequent word, failed turns', page({ search: 'case', status: 'failed' })],
  ['search: a frequent word, a page in the middle', page({ search: 'case', before: middle })],
  ['search: a frequent word, 60 days ago', page({ search: 'case', to: now - 60 * 86_400_000 })],
  ['one turn', () => store.turns.get(newest.turnId)],
  ['users', () => store.users.overview(dayStart(now))],
  ['open turns', () => store.turns.countOpen()],
  ['audit log: newest', () => store.audit.list({ limit: 51 })],
  ['audit log: one user', () => store.audit.list({ limit: 51, userId: other.id })],
  ['audit log: an action', () => store.audit.list({ limit: 51, action: 'turn.failed' })],
  ['audit log: an action that is rare', () => store.audit.list({ limit: 51, action: 'user.disabled' })],
  [
    'audit log: a day, 60 days ago',
    () => store.audit.list({ limit: 51, from: now - 61 * 86_400_000, to: now - 60 * 86_400_000 }),
  ],
];

const only = process.env.PALIADIN_BENCH_ONLY;
const findings = [];
for (const [what, query] of queries) {
  if (only !== undefined && !what.includes(only)) continue;
  const samples = [];
  for (let run = 0; run < RUNS; run++) samples.push(await timed(query));
  findings.push(distribution(what, samples, 'p95 ≤ 100'));
}
report(`The owner's view, ms (${TURNS} turns, ${Math.round(statSync(file).size / 2 ** 20)} MB)`, findings);

// What counting, indexing and storing a turn add to it.
const session = (await store.sessions.list()).find(({ userId }) => userId === owner.id);
const asked = [];
const ended = [];
for (let run = 0; run < 100 && session !== undefined && only === undefined; run++) {
  const turn: NewTurn = {
    turnId: crypto.randomUUID(),
    userId: owner.id,
    sessionId: 'bench',
    agentSession: session.name,
    generation: 1,
    host: session.host,
    idempotencyKey: null,
    requestHash: '',
    message: 'Which deadlines are due this week?',
    pageOrigin: null,
    context: null,
    locale: 'en',
    startedAt: now + run,
  };
  asked.push(await timed(() => store.turns.insert(turn)));
  const { turnId, userId } = turn;
  const finished = { type: 'finished' as const, status: 'completed' as const };
  const change = { status: 'completed', response: 'None. '.repeat(100), finishedAt: now + run, durationMs: 1 } as const;
  const write = { turnId, change, events: [{ turnId, userId, at: now + run, event: finished }] };
  ended.push(await timed(() => store.turns.write([write])));
}
const since = performance.now();
const { rows } = only === undefined ? await store.audit.verify({ contents: false }) : { rows: 0 };
if (only === undefined) {
  report('Writing beside a million turns, ms', [
    distribution('a question on record', asked),
    distribution('an end on record', ended),
    figure(`walking the audit log, µs a row (${rows} rows)`, ((performance.now() - since) * 1000) / rows),
  ]);
}
await store.close();

async function timed(query: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await query();
  return performance.now() - since;
}
