/**
 * How long the list of a user with a thousand conversations takes, in both stores: SQLite, and PostgreSQL where
 * `PALIADIN_BENCH_POSTGRES` names an empty database. Each conversation has three turns.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresStore } from '../src/store/postgres/open.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import type { Store } from '../src/store/store.ts';
import { distribution, type Finding, report } from './support/report.ts';

const CONVERSATIONS = 1000;
const TURNS = 3;
const RUNS = 100;

// In memory where that is possible: lists are measured, not the disk that they are made on.
const directory = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'paliadin-bench-'));
try {
  await measured('SQLite', await openSqliteStore(join(directory, 'paliadin.db')));
  const url = process.env.PALIADIN_BENCH_POSTGRES;
  if (url !== undefined) await measured('PostgreSQL', await openPostgresStore(url));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measured(name: string, store: Store): Promise<void> {
  try {
    const { userId, middle, newest } = await fill(store);
    const page = { userId, archived: false, limit: 50 };
    report(`Conversations of a user who has ${CONVERSATIONS}, ms (${name})`, [
      await timed('list: the first page', () => store.conversations.list(page)),
      await timed('list: a page in the middle', () => store.conversations.list({ ...page, before: middle })),
      await timed('list: 200 at once', () => store.conversations.list({ ...page, limit: 200 })),
      await timed('list: words of a title', () => store.conversations.list({ ...page, search: 'case 7' })),
      await timed('one conversation', () => store.conversations.get(userId, newest)),
      await timed('its history', () => store.turns.history({ userId, agentSession: newest, limit: 30 })),
    ]);
  } finally {
    await store.close();
  }
}

async function fill(store: Store): Promise<{ userId: string; middle: string; newest: string }> {
  const { user } = await store.users.ensure({ subject: randomUUID(), now: 1 });
  const names: string[] = [];
  for (let number = 1; number <= CONVERSATIONS; number++) {
    const options = { prefix: 'bench', host: 'local', title: null, most: CONVERSATIONS };
    const { name } = await store.conversations.create(user, options, { actor: user.id, at: number });
    names.push(name);
    for (let turn = 0; turn < TURNS; turn++) {
      const turnId = randomUUID();
      const asked = { turnId, userId: user.id, sessionId: name, agentSession: name, generation: 1, host: 'local' };
      const said = {
        message: `Which deadlines of case ${number} are due?`,
        requestHash: '',
        startedAt: number * 100 + turn,
      };
      const unset = { idempotencyKey: null, pageOrigin: null, context: null, locale: null };
      await store.turns.insert({ ...asked, ...said, ...unset });
      const change = { status: 'completed', finishedAt: number * 100 + turn, response: 'None. '.repeat(50) } as const;
      await store.turns.write([{ turnId, change, events: [], progress: true }]);
    }
  }
  const middle = `${(CONVERSATIONS / 2) * 100 + TURNS - 1}.${names[CONVERSATIONS / 2 - 1]}`;
  return { userId: user.id, middle, newest: names.at(-1) ?? '' };
}

async function timed(what: string, query: () => Promise<unknown>): Promise<Finding> {
  const samples: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const since = performance.now();
    await query();
    samples.push(performance.now() - since);
  }
  return distribution(what, samples, 'p95 ≤ 20');
}
