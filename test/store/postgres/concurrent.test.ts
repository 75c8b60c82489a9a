/** Several gateways write to one database: connections of their own, each with its transactions. */
import { randomUUID } from 'node:crypto';
import { Kysely, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { EventBody } from '../../../src/contract/records/event.ts';
import type { Turn } from '../../../src/contract/records/turn.ts';
import { openPostgresStore } from '../../../src/store/postgres/open.ts';
import { isTakenOver } from '../../../src/store/turn-store.ts';
import { sharedServer } from '../../support/postgres.ts';
import { aTurn, aUser, type TemporaryDatabase, temporaryDatabase } from '../temporary-store.ts';

/** Two stores on one database, as two gateways have them. */
async function twoStores() {
  const database = await temporaryDatabase();
  return { database, one: await database.open(), other: await database.open() };
}

function raw(database: TemporaryDatabase): Kysely<unknown> {
  const db = new Kysely<unknown>({ dialect: database.dialect() });
  onTestFinished(() => db.destroy());
  return db;
}

/** Resolves once a transaction waits for a lock. */
async function someoneWaits(db: Kysely<unknown>): Promise<void> {
  const waiting = async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    return rows[0]?.n;
  };
  await expect.poll(waiting).toBe(1);
}

test('a reader misses no event when the writer that began first commits last', async () => {
  const { database, one, other } = await twoStores();
  const [anna, bert] = [await aUser(one), await aUser(one)];
  const db = raw(database);
  const event = (userId: string): EventBody => ({ turnId: '', userId, at: 1, event: { type: 'feedback' } });

  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
  const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
  const first = db.transaction().execute(async (trx) => {
    await sql`insert into turn_events (turn_id, user_id, at, type, body)
      values ('', ${anna.user.id}, 1, 'feedback', '{"type":"feedback"}')`.execute(trx);
    written();
    await mayCommit;
  });
  await isWritten;
  const second = other.events.append(event(bert.user.id));
  await someoneWaits(db);
  // The second has no number yet that a reader could go past.
  expect(await one.events.changes({ after: 0, limit: 10 })).toEqual({ events: [], next: 0 });
  commit();
  await first;
  await second;
  const { events, next } = await one.events.changes({ after: 0, limit: 10 });
  expect(events.map(({ userId }) => userId)).toEqual([anna.user.id, bert.user.id]);
  expect(next).toBe((await second).id);
});

test('a reader who follows while two gateways write sees each event once, in order', async () => {
  const { one, other } = await twoStores();
  const users = [await aUser(one), await aUser(one)];
  const writers = [one, other].map(async (store, which) => {
    for (let count = 0; count < 60; count++) {
      const userId = users[which]?.user.id as string;
      await store.events.append({ turnId: '', userId, at: count, event: { type: 'feedback' } });
    }
  });
  let isDone = false;
  const done = Promise.all(writers).then(() => {
    isDone = true;
  });
  const seen: number[] = [];
  for (let after = 0; ; ) {
    const wasDone = isDone;
    const { events, next } = await one.events.changes({ after, limit: 7 });
    seen.push(...events.map(({ id }) => id));
    if (wasDone && next === after) break;
    after = next;
  }
  await done;
  expect(seen).toHaveLength(120);
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
});

test('a run that is taken over while it writes either wrote before, or writes nothing', async () => {
  const { database, one, other } = await twoStores();
  const who = await aUser(one);
  const turn = aTurn(who);
  await one.turns.insert(turn);
  const { fence } = (await one.turns.takeUp(turn.turnId, 1)) as Turn;
  const db = raw(database);
  // The other gateway's take-over has begun and is not committed yet.
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
  const { promise: isTaken, resolve: taken } = Promise.withResolvers<void>();
  const takingOver = db.transaction().execute(async (trx) => {
    await sql`update turns set fence = ${fence + 1} where turn_id = ${turn.turnId}`.execute(trx);
    taken();
    await mayCommit;
  });
  await isTaken;
  const writing = one.turns
    .write([{ turnId: turn.turnId, fence, change: { response: 'late' }, events: [] }])
    .catch((error) => error);
  await someoneWaits(db);
  commit();
  await takingOver;
  expect(isTakenOver(await writing)).toBe(true);
  expect(await other.turns.get(turn.turnId)).toMatchObject({ response: '', fence: fence + 1 });
});

test('two gateways accept no more questions than the daily quota', async () => {
  const { one, other } = await twoStores();
  const who = await aUser(one);
  await one.users.setQuota(who.user.id, 5, { actor: 'cli', at: 1 });
  const results = await Promise.allSettled(
    Array.from({ length: 16 }, (_, at) => (at % 2 ? one : other).turns.insert(aTurn(who))),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(
    Array(11).fill('quota_reached'),
  );
});

test('two gateways make one audit chain, and one turn per key', async () => {
  const { one, other } = await twoStores();
  const who = await aUser(one);
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      (at % 2 ? one : other).turns.insert(aTurn(who, { idempotencyKey: `${at % 10}` })),
    ),
  );
  expect(results.filter(({ inserted }) => inserted)).toHaveLength(10);
  expect(await other.audit.verify({ contents: true })).toMatchObject({ rows: 10, broken: null });
});

test('gateways that count in the same hours in another order do not block each other', async () => {
  const { one, other } = await twoStores();
  const HOURS = 6;
  const ended = async () => {
    const who = await aUser(one);
    const turns = Array.from({ length: HOURS }, (_, at) => aTurn(who, { startedAt: at * 3_600_000 }));
    for (const turn of turns) await one.turns.insert(turn);
    const ids = turns.map(({ turnId }) => turnId);
    const change = { status: 'completed', finishedAt: 9 } as const;
    await one.turns.write(ids.map((turnId) => ({ turnId, change, events: [] })));
    return ids;
  };
  const [mine, theirs] = [await ended(), (await ended()).toReversed()];
  const rated = (ids: string[], rating: 'up' | 'down') =>
    ids.map((turnId) => ({ turnId, change: { feedback: { rating, comment: '' } }, events: [] }));
  for (let round = 0; round < 5; round++) {
    for (const rating of ['down', 'up'] as const) {
      await Promise.all([one.turns.write(rated(mine, rating)), other.turns.write(rated(theirs, rating))]);
    }
  }
  const { total } = await one.turns.stats({ from: 0, to: HOURS * 3_600_000, bucketMs: 3_600_000 });
  expect(total).toMatchObject({ turns: 12, ratedUp: 12, ratedDown: 0 });
});

test('six gateways that open an empty database at once make its tables once', async () => {
  const server = await sharedServer();
  const url = await server.emptyDatabase();
  const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresStore(url)));
  onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
  const users = await Promise.all(stores.map((store) => store.users.ensure({ subject: 'anna', now: 1 })));
  expect(users.filter(({ created }) => created)).toHaveLength(1);
});

test('a text may hold a NUL, which PostgreSQL can’t store', async () => {
  const { one } = await twoStores();
  const who = await aUser(one);
  const turn = aTurn(who, { turnId: randomUUID(), context: 'a\0b' });
  await one.turns.insert(turn);
  expect(await one.turns.get(turn.turnId)).toMatchObject({ context: 'a\ufffdb' });
});
