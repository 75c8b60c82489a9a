/**
 * How the cost of reading and writing grows with the past, on both stores: medians in milliseconds beside ten thousand, a
 * hundred thousand and a million turns. The stores are made once and kept: `PALIADIN_BENCH_PAST` names the directory,
 * `PALIADIN_BENCH_SIZES` the numbers of turns, `PALIADIN_BENCH_STORES` what is measured, `sqlite,postgresql`.
 */
import type { NewTurn } from '../src/contract/records/turn.ts';
import { stretchOf } from '../src/services/statistics.ts';
import { openPostgresStore } from '../src/store/postgres/open.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import type { Store } from '../src/store/store.ts';
import { benchServer, pastFile } from './support/past.ts';
import { compare, median } from './support/report.ts';

const SIZES = (process.env.PALIADIN_BENCH_SIZES ?? '10000,100000,1000000').split(',').map(Number);
const RUNS = 20;
const WRITES = Number(process.env.PALIADIN_BENCH_WRITES ?? 200);
const DAY_MS = 24 * 3_600_000;

type Medians = Map<string, number>;

const kinds = (process.env.PALIADIN_BENCH_STORES ?? 'sqlite,postgresql').split(',');
await using server = kinds.includes('postgresql') ? await benchServer() : null;
const stores: { name: string; open(size: number): Promise<Store> }[] = [];
if (kinds.includes('sqlite')) {
  stores.push({ name: 'SQLite', open: async (size) => openSqliteStore(await pastFile(size)) });
}
if (server !== null) {
  stores.push({ name: 'PostgreSQL', open: async (size) => openPostgresStore(await server.past(size)) });
}
const found: Medians[] = [];
for (const { open } of stores) {
  const sizes: Store[] = [];
  for (const size of SIZES) sizes.push(await open(size));
  const read: Medians[] = [];
  for (const store of sizes) read.push(await reading(store));
  // In turn, so that what else the machine does slows all of them.
  const written = await writing(sizes);
  found.push(...read.map((medians, at) => new Map([...medians, ...(written[at] as Medians)])));
  for (const store of sizes) await store.close();
}
const head = stores.flatMap(({ name }) => [
  ...SIZES.map((size) => `${name} ${size >= 1_000_000 ? `${size / 1_000_000} M` : `${size / 1000} k`}`),
  'grows',
]);
const rows = [...(found[0] as Medians).keys()].map((what) => {
  const of = (at: number) => found.slice(at, at + SIZES.length).map((medians) => medians.get(what) ?? Number.NaN);
  return [what, ...stores.map((_, kind) => kind * SIZES.length).flatMap((at) => [...of(at), `× ${growth(of(at))}`])];
});
compare(`Reading and writing beside a past, ms (p50 of ${RUNS}; writes ${WRITES})`, head, rows);

function growth(medians: number[]): string {
  return ((medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN)).toFixed(1);
}

async function reading(store: Store): Promise<Medians> {
  const medians: Medians = new Map();
  const [newest] = await store.turns.list({ limit: 1 });
  const people = await store.users.list();
  const other = people[7];
  if (newest === undefined || other === undefined) throw new Error('the store has no past');
  const now = newest.startedAt + 60_000;
  const middle = (await store.turns.list({ limit: 1, to: now - 45 * DAY_MS }))[0]?.turnId;
  const stats = (range: '30d' | '90d') => store.turns.stats({ ...stretchOf(range, now, 0), to: now });
  const page = (query: Partial<Parameters<typeof store.turns.list>[0]>) => store.turns.list({ limit: 51, ...query });
  const reads: Record<string, () => Promise<unknown>> = {
    'list: newest': () => page({}),
    'list: a page in the middle': () => page({ before: middle }),
    'list: one person': () => page({ userId: other.id }),
    'list: failed': () => page({ status: 'failed' }),
    'list: a rare code of one person': () => page({ userId: other.id, code: 'internal' }),
    'history: newest page': () => store.turns.history({ userId: other.id, limit: 50 }),
    'history: search': () => store.turns.history({ userId: other.id, search: 'deadline', limit: 50 }),
    'figures: 30 days': () => stats('30d'),
    'figures: 90 days': () => stats('90d'),
    'search: a frequent word': () => page({ search: 'deadline' }),
    'search: two words': () => page({ search: 'nordlicht settlement' }),
    'search: a number': () => page({ search: 'C-2024-17' }),
    'search: many words begin so': () => page({ search: 'sta' }),
    'search: a short word': () => page({ search: 'a' }),
    'search: nothing found': () => page({ search: 'zebra' }),
    'search: one person': () => page({ search: 'deadline', userId: other.id }),
    'search: a page in the middle': () => page({ search: 'case', before: middle }),
    'search: 60 days ago': () => page({ search: 'case', to: now - 60 * DAY_MS }),
    'list: 60 days ago': () => page({ from: now - 61 * DAY_MS, to: now - 60 * DAY_MS }),
    'people: a page': () => store.users.overview(now - (now % DAY_MS), { limit: 51 }),
    'conversations: a page': () => store.sessions.list({ limit: 51 }),
    'audit log: newest': () => store.audit.list({ limit: 51 }),
    'audit log: one person': () => store.audit.list({ limit: 51, userId: other.id }),
  };
  for (const [what, read] of Object.entries(reads)) {
    const samples: number[] = [];
    for (let run = 0; run < RUNS; run++) samples.push(await timed(read));
    medians.set(what, median(samples));
  }
  return medians;
}

async function writing(stores: readonly Store[]): Promise<Medians[]> {
  const writers = await Promise.all(stores.map(writerOf));
  const samples = writers.map(() => ({ accepted: [] as number[], ended: [] as number[] }));
  for (let run = 0; run < WRITES; run++) {
    for (const [at, write] of writers.entries()) {
      const [accepted, ended] = await write(run);
      samples[at]?.accepted.push(accepted);
      samples[at]?.ended.push(ended);
    }
  }
  return samples.map(
    ({ accepted, ended }) =>
      new Map([
        ['accept a question', median(accepted)],
        ['end a turn', median(ended)],
      ]),
  );
}

/** Returns what accepts a question and ends its turn, and how many milliseconds each took. */
async function writerOf(store: Store): Promise<(run: number) => Promise<[number, number]>> {
  const [newest] = await store.turns.list({ limit: 1 });
  const session = (await store.sessions.list()).find(({ subject }) => subject === 'owner');
  if (session === undefined || newest === undefined) throw new Error('the owner has no conversation');
  const { userId } = session;
  return async (run) => {
    const turnId = crypto.randomUUID();
    const now = newest.startedAt + 60_000 + run;
    const turn: NewTurn = {
      turnId,
      userId,
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
      startedAt: now,
    };
    const accepted = await timed(() => store.turns.insert(turn));
    const finished = { type: 'finished' as const, status: 'completed' as const };
    const change = { status: 'completed', response: 'None. '.repeat(100), finishedAt: now, durationMs: 1 } as const;
    const write = { turnId, change, events: [{ turnId, userId, at: now, event: finished }] };
    return [accepted, await timed(() => store.turns.write([write]))];
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
