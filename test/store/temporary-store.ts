import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AgentSession } from '../../src/contract/records/session.ts';
import type { NewTurn } from '../../src/contract/records/turn.ts';
import type { User } from '../../src/contract/records/user.ts';
import { openSqliteStore, type StoreOptions } from '../../src/store/sqlite/open.ts';
import type { Store } from '../../src/store/store.ts';

/** A directory that goes with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'paliadin-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function temporaryStore(options?: StoreOptions): Promise<{ store: Store; file: string }> {
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
