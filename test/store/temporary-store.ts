import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from 'kysely';
import { onTestFinished } from 'vitest';
import type { AgentSession } from '../../src/contract/records/session.ts';
import type { NewTurn } from '../../src/contract/records/turn.ts';
import type { User } from '../../src/contract/records/user.ts';
import { postgresDialect } from '../../src/store/postgres/dialect.ts';
import { openPostgresStore } from '../../src/store/postgres/open.ts';
import { MOST, STATEMENT_MS } from '../../src/store/postgres/pool.ts';
import { sqliteDialect } from '../../src/store/sqlite/dialect.ts';
import { openSqliteStore, type StoreOptions } from '../../src/store/sqlite/open.ts';
import type { Store } from '../../src/store/store.ts';
import { sharedServer } from '../support/postgres.ts';

/** A directory that goes with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'paliadin-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A database that goes with the test, in the one of the two kinds that this run is for. */
export interface TemporaryDatabase {
  /** Can be called several times. What it opens is closed with the test. */
  open(options?: Pick<StoreOptions, 'newId' | 'searching' | 'threads'>): Promise<Store>;
  /** A connection beside the store's. */
  dialect(): Dialect;
}

// Many writes at once take long on a busy machine, which is no failure.
const PATIENCE_MS = 60_000;

const ON_POSTGRES = process.env.TEST_STORE === 'postgres';

/** With the store's tables, unless it is to have none yet. */
export async function temporaryDatabase({ tables = true } = {}): Promise<TemporaryDatabase> {
  const opened = (store: Store) => {
    onTestFinished(() => store.close());
    return store;
  };
  if (ON_POSTGRES) {
    const server = await sharedServer();
    const url = await (tables ? server.newDatabase() : server.emptyDatabase());
    return {
      open: async (options) => opened(await openPostgresStore(url, options)),
      dialect: () => postgresDialect(url, { most: MOST, statementMs: STATEMENT_MS }),
    };
  }
  const file = join(await temporaryDirectory(), 'paliadin.db');
  return {
    open: async (options) => opened(await openSqliteStore(file, { waitMs: PATIENCE_MS, ...options })),
    dialect: () => sqliteDialect(file),
  };
}

export async function temporaryStore(
  options?: Parameters<TemporaryDatabase['open']>[0],
): Promise<{ store: Store; database: TemporaryDatabase }> {
  const database = await temporaryDatabase();
  return { store: await database.open(options), database };
}

export async function temporarySqliteStore(options?: StoreOptions): Promise<{ store: Store; file: string }> {
  const file = join(await temporaryDirectory(), 'paliadin.db');
  const store = await openSqliteStore(file, options);
  onTestFinished(() => store.close());
  return { store, file };
}

export async function aUser(
  store: Store,
  subject: string = randomUUID(),
): Promise<{ user: User; session: AgentSession }> {
  const { user } = await store.users.ensure({ subject, now: 1 });
  const session = await store.sessions.ofUser(user, { prefix: 'test', host: 'local', now: 1 });
  return { user, session };
}

export function aTurn({ user, session }: { user: User; session: AgentSession }, with_: Partial<NewTurn> = {}): NewTurn {
  return {
    turnId: randomUUID(),
    userId: user.id,
    sessionId: 'chat',
    agentSession: session.name,
    generation: session.generation,
    host: 'local',
    idempotencyKey: null,
    requestHash: randomBytes(8).toString('hex'),
    message: 'How many cases are open?',
    pageOrigin: null,
    context: null,
    locale: null,
    startedAt: 1000,
    ...with_,
  };
}
