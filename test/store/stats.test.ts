import { Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import type { TurnChange } from '../../src/contract/records/turn.ts';
import { bucketOf, count, percentile } from '../../src/store/histogram.ts';
import { fillHours } from '../../src/store/migrations/0005-fill-hours.ts';
import type { Store } from '../../src/store/store.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

const HOUR = 3_600_000;

test('figures count statuses, codes, tools, tags and users, by bucket and in total', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  expect(await store.turns.stats({ from: 0, to: HOUR, bucketMs: HOUR })).toMatchObject({
    buckets: [],
    total: { turns: 0, activeUsers: 0, byStatus: {}, total: { p50: null, p95: null } },
    users: [],
  });
  for (let i = 100; i >= 1; i--) {
    await put(store, one, { durationMs: i * 10, usedTools: i <= 30 ? ['search', 'search'] : [], classifierTag: 'a' });
  }
  await put(store, other, { status: 'failed', errorCode: 'timeout', durationMs: 60_000 }, 2 * HOUR);
  await put(store, other, { durationMs: 5000, firstChunkAt: 5 * HOUR + 700 }, 5 * HOUR);
  await store.turns.insert(aTurn(other, { startedAt: 5 * HOUR })); // open: counts when it has ended
  const { buckets, total, users } = await store.turns.stats({ from: 0, to: 6 * HOUR, bucketMs: 2 * HOUR });
  expect(buckets.map(({ from, turns, activeUsers }) => [from / HOUR, turns, activeUsers])).toEqual([
    [0, 100, 1],
    [2, 1, 1],
    [4, 1, 1],
  ]);
  expect(buckets[0]).toMatchObject({ byTool: { search: 30 }, byTag: { a: 100 }, byCode: {} });
  expect(buckets[1]).toMatchObject({ byStatus: { failed: 1 }, byCode: { timeout: 1 }, total: { p50: null } });
  expect(total).toMatchObject({ turns: 102, activeUsers: 2, byStatus: { completed: 101, failed: 1 } });
  expect(users).toEqual([
    { userId: one.user.id, turns: 100, failed: 0 },
    { userId: other.user.id, turns: 2, failed: 1 },
  ]);
  near(buckets[0]?.total.p50, 500);
  near(buckets[0]?.total.p95, 950);
  near(buckets[2]?.firstText.p95, 700);
  const ofOther = await store.turns.stats({ from: 0, to: 6 * HOUR, bucketMs: HOUR, userId: other.user.id });
  expect(ofOther.total).toMatchObject({ turns: 2, activeUsers: 1 });
  expect(await store.turns.stats({ from: HOUR, to: 2 * HOUR, bucketMs: HOUR })).toMatchObject({ buckets: [] });
});

test('a late answer, a rating and its change, and a decision are counted once', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const turnId = await put(store, who, { status: 'failed', errorCode: 'timeout', durationMs: 5 });
  const write = (change: TurnChange) => store.turns.write([{ turnId, change, events: [] }]);
  const total = async () => (await store.turns.stats({ from: 0, to: HOUR, bucketMs: HOUR })).total;
  await write({ late: true, response: 'Yes.', classifierTag: 'b', usedTools: ['x'], responseTokens: 7 });
  await write({ feedback: { rating: 'up', comment: '' } });
  expect(await total()).toMatchObject({
    turns: 1,
    late: 1,
    ratedUp: 1,
    byTag: { b: 1 },
    byTool: { x: 1 },
    outputTokens: 7,
  });
  await write({ feedback: { rating: 'down', comment: 'no' } });
  expect(await total()).toMatchObject({ turns: 1, ratedUp: 0, ratedDown: 1 });
  await write({ feedback: null });
  expect(await total()).toMatchObject({ ratedUp: 0, ratedDown: 0, late: 1 });
  const decide = (option: string | null, id: string) => {
    const approval = { id, title: 'Allow?', kind: 'permission' as const };
    const event = { type: 'decided' as const, approval, option, by: 'user' as const };
    return store.turns.write([{ turnId, change: {}, events: [{ turnId, userId: who.user.id, at: 1, event }] }]);
  };
  for (const [at, option] of ['allow', 'deny', 'deny'].entries()) await decide(option, `approval-${at}`);
  expect(await total()).toMatchObject({ allowed: 1, denied: 2, turns: 1 });
});

test('endless different tags and tools are counted together beyond a limit', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  for (let i = 0; i < 250; i++) await put(store, who, { classifierTag: `tag ${i}`, usedTools: ['__proto__'] });
  const { total } = await store.turns.stats({ from: 0, to: HOUR, bucketMs: HOUR });
  expect(Object.keys(total.byTag)).toHaveLength(201);
  expect(total.byTag['…']).toBe(50);
  expect(Object.entries(total.byTool)).toEqual([['__proto__', 250]]);
});

test('turns from before the statistics existed are counted like later ones', async () => {
  const { store, database } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const tools = [{ name: 'seen', count: 2, ms: 5 }];
  await put(store, one, { durationMs: 20, usedTools: ['claimed'], tools, firstChunkAt: 120, inputTokens: 4 });
  await put(store, other, { status: 'failed', errorCode: 'timeout', late: true, classifierTag: 'a' }, 3 * HOUR);
  const turnId = await put(store, one, { durationMs: 7, feedback: { rating: 'up', comment: '' } }, HOUR);
  const event = {
    type: 'decided' as const,
    approval: { id: '1', title: '?', kind: 'question' as const },
    option: 'x',
    by: 'user' as const,
  };
  await store.turns.write([{ turnId, change: {}, events: [{ turnId, userId: one.user.id, at: 1, event }] }]);
  const query = { from: 0, to: 4 * HOUR, bucketMs: HOUR };
  const before = [await store.turns.stats(query), await store.turns.stats({ ...query, userId: one.user.id })];
  expect(before[0]?.total).toMatchObject({ turns: 3, byTool: { seen: 1 }, allowed: 1, late: 1, ratedUp: 1 });
  const db = new Kysely<unknown>({ dialect: database.dialect() });
  await sql`delete from turn_hours`.execute(db);
  await db.transaction().execute((trx) => fillHours(trx));
  await db.destroy();
  expect([await store.turns.stats(query), await store.turns.stats({ ...query, userId: one.user.id })]).toEqual(before);
});

test('a percentile from buckets is less than 5 % off, from a millisecond to a day', () => {
  for (const ms of [1, 10, 99, 1234, 60_000, 3_600_000, 86_400_000]) {
    const found = percentile(histogramOf(ms), 0.5) as number;
    expect(Math.abs(found - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.05));
  }
  expect(percentile([], 0.5)).toBeNull();
  expect(bucketOf(-5)).toBe(0);
});

function histogramOf(ms: number): number[] {
  const histogram: number[] = [];
  count(histogram, bucketOf(ms), 3);
  return histogram;
}

function near(value: number | null | undefined, expected: number): void {
  expect(Math.abs((value ?? 0) - expected)).toBeLessThanOrEqual(expected * 0.05);
}

async function put(store: Store, who: Awaited<ReturnType<typeof aUser>>, change: TurnChange, startedAt = 100) {
  const { turnId, ...turn } = aTurn(who, { startedAt });
  await store.turns.insert({ turnId, ...turn });
  await store.turns.write([{ turnId, change: { status: 'completed', finishedAt: startedAt, ...change }, events: [] }]);
  return turnId;
}
