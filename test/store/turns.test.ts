import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TurnChange } from '../../src/contract/records/turn.ts';
import type { Store } from '../../src/store/store.ts';
import { isTakenOver } from '../../src/store/turn-store.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

test('a turn is stored as queued with its accepted event, and read back unchanged', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const asked = aTurn(who, {
    idempotencyKey: 'k',
    pageOrigin: 'https://app/cases',
    context: 'c',
    locale: 'de',
    startedAt: 7,
  });
  const result = await store.turns.insert(asked);
  expect(result).toMatchObject({ inserted: true, turn: { ...asked, status: 'queued', response: '', usedTools: [] } });
  expect(await store.turns.get(asked.turnId)).toEqual(result.turn);
  expect(await store.events.after({ userId: who.user.id, after: 0, limit: 10 })).toEqual([
    { id: expect.any(Number), turnId: asked.turnId, userId: who.user.id, at: 7, event: { type: 'accepted' } },
  ]);
  const [session] = await store.sessions.list();
  expect(session?.lastUsedAt).toBe(7);
});

test('every field of a turn that may change is stored', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const { turnId } = aTurn(who);
  await store.turns.insert(aTurn(who, { turnId }));
  const change: Required<TurnChange> = {
    status: 'completed',
    earlier: 'a question and its answer',
    handedOverAt: 1,
    deliveredAt: 1,
    firstChunkAt: 2,
    finishedAt: 3,
    durationMs: 4,
    response: 'Zwölf 🙂',
    trailer: '\n<!-- paliadin {} -->',
    responseTokens: 5,
    tokensExact: true,
    inputTokens: 6,
    cachedTokens: 4,
    model: 'claude-x',
    tools: [{ name: 'Read', count: 2, ms: 12.5 }],
    usedTools: ['cases.search', 'x"y'],
    rowsSeen: 7,
    classifierTag: 'lookup',
    chipCount: 8,
    trailerMalformed: true,
    late: true,
    errorCode: 'timeout',
    errorDetail: 'quiet',
    notices: ['terminal'],
    settled: true,
    feedback: { rating: 'down', comment: 'no' },
  };
  await store.turns.write([{ turnId, change, events: [] }]);
  expect(await store.turns.get(turnId)).toMatchObject(change);
  const back: TurnChange = {
    tokensExact: false,
    late: false,
    settled: false,
    feedback: null,
    tools: null,
    usedTools: [],
  };
  await store.turns.write([{ turnId, change: back, events: [] }]);
  expect(await store.turns.get(turnId)).toMatchObject({ ...change, ...back });
});

test('40 inserts with one key at once make one turn and one event', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const results = await Promise.all(
    Array.from({ length: 40 }, () => store.turns.insert(aTurn(who, { idempotencyKey: 'same' }))),
  );
  expect(results.filter((result) => result.inserted)).toHaveLength(1);
  expect(new Set(results.map((result) => result.turn.turnId)).size).toBe(1);
  expect(await store.events.after({ userId: who.user.id, after: 0, limit: 100 })).toHaveLength(1);
});

test('a key belongs to its user, and turns without a key are never the same', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const results = [
    await store.turns.insert(aTurn(one, { idempotencyKey: 'same' })),
    await store.turns.insert(aTurn(other, { idempotencyKey: 'same' })),
    await store.turns.insert(aTurn(one)),
    await store.turns.insert(aTurn(one)),
  ];
  expect(results.map((result) => result.inserted)).toEqual([true, true, true, true]);
});

test('a session has at most one active turn; a write that would make two is refused whole', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const [first, second] = [aTurn(who), aTurn(who)];
  await store.turns.insert(first);
  await store.turns.insert(second);
  for (const status of ['delivering', 'running', 'waiting'] as const) {
    await store.turns.write([{ turnId: first.turnId, change: { status }, events: [] }]);
    const late = store.turns.write([
      {
        turnId: second.turnId,
        change: { status: 'delivering' },
        events: [{ turnId: second.turnId, userId: who.user.id, at: 1, event: { type: 'delivering' } }],
      },
    ]);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  }
  expect(await store.turns.get(second.turnId)).toMatchObject({ status: 'queued' });
  expect(await store.events.after({ userId: who.user.id, after: 0, limit: 10 })).toHaveLength(2);
  await store.turns.write([
    { turnId: first.turnId, change: { status: 'completed' }, events: [] },
    { turnId: second.turnId, change: { status: 'delivering' }, events: [] },
  ]);
});

test('a write to an unknown turn is refused, and so are the others of its transaction', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  const write = store.turns.write([
    { turnId: turn.turnId, change: { response: 'half' }, events: [] },
    { turnId: randomUUID(), change: { response: 'nobody' }, events: [] },
  ]);
  await expect(write).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.turns.get(turn.turnId)).toMatchObject({ response: '' });
});

describe('a run', () => {
  const status = 'running' as const;
  const event = { type: 'running' } as const;

  test('has a fence higher than any earlier one in the session, and at least the clock', async () => {
    const { store } = await temporaryStore();
    const who = await aUser(store);
    const turns = [aTurn(who), aTurn(who)] as const;
    for (const turn of turns) await store.turns.insert(turn);
    const takeUp = async (which: 0 | 1, at: number) => (await store.turns.takeUp(turns[which].turnId, at))?.fence;
    expect(await store.turns.get(turns[0].turnId)).toMatchObject({ fence: 0 });
    expect(await takeUp(0, 100)).toBe(100);
    expect(await takeUp(1, 100)).toBe(101);
    // The clock went back.
    expect(await takeUp(0, 5)).toBe(102);
    expect(await takeUp(0, 7000)).toBe(7000);
    expect(await store.turns.get(turns[0].turnId)).toMatchObject({ fence: 7000 });
    expect(await store.turns.get(turns[1].turnId)).toMatchObject({ fence: 101 });
    const other = aTurn(await aUser(store));
    await store.turns.insert(other);
    expect((await store.turns.takeUp(other.turnId, 3))?.fence).toBe(3);
  });

  test('starts for an open turn only', async () => {
    const { store } = await temporaryStore();
    const { turnId } = await insertedTurn(store);
    await store.turns.write([{ turnId, change: { status: 'completed', finishedAt: 2 }, events: [] }]);
    expect(await store.turns.takeUp(turnId, 1)).toBeNull();
    expect(await store.turns.takeUp(randomUUID(), 1)).toBeNull();
  });

  test.each([
    ['a change', { status }, false],
    ['an event', {}, true],
  ])('that lost its turn to a newer one writes nothing: %s', async (_what, change, told) => {
    const { store } = await temporaryStore();
    const { turnId, userId } = await insertedTurn(store);
    const beside = await insertedTurn(store);
    const older = (await store.turns.takeUp(turnId, 1))?.fence ?? 0;
    const newer = (await store.turns.takeUp(turnId, 1))?.fence ?? 0;
    const events = told ? [{ turnId, userId, at: 1, event }] : [];
    const other = { turnId: beside.turnId, change: { response: 'beside' }, events: [] };
    const refused = await store.turns.write([other, { turnId, fence: older, change, events }]).catch((error) => error);
    expect(refused).toMatchObject({ code: 'conflict' });
    expect(isTakenOver(refused)).toBe(true);
    expect(await store.turns.get(turnId)).toMatchObject({ status: 'queued' });
    expect(await store.turns.get(beside.turnId)).toMatchObject({ response: '' });
    expect(await store.events.after({ userId, after: 0, limit: 9 })).toHaveLength(1);
    await store.turns.write([{ turnId, fence: newer, change, events }]);
    // What belongs to no run is not held back.
    await store.turns.write([{ turnId, change: { feedback: { rating: 'up', comment: '' } }, events: [] }]);
  });

  async function insertedTurn(store: Store) {
    const turn = aTurn(await aUser(store));
    await store.turns.insert(turn);
    return turn;
  }
});

test('history has one’s own turns, newest first by order of acceptance, in pages', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    const turn = aTurn(one, { startedAt: 1000 - i, sessionId: i === 2 ? 'second' : 'chat' });
    ids.unshift(turn.turnId);
    await store.turns.insert(turn);
    await store.turns.insert(aTurn(other));
  }
  const history = async (query: { sessionId?: string; before?: string; limit?: number }) =>
    (await store.turns.history({ userId: one.user.id, limit: 10, ...query })).turns.map((turn) => turn.turnId);
  expect(await history({})).toEqual(ids);
  expect(await history({ limit: 2 })).toEqual(ids.slice(0, 2));
  expect(await history({ before: ids[1] as string, limit: 2 })).toEqual(ids.slice(2, 4));
  expect(await history({ sessionId: 'second' })).toEqual([ids[2]]);
  expect(await history({ sessionId: 'none' })).toEqual([]);
  const [foreign] = (await store.turns.history({ userId: other.user.id, limit: 1 })).turns;
  expect(await history({ before: foreign?.turnId as string })).toEqual([]);
});

test('recovery finds the open turns, oldest first, and those whose answer may still come', async () => {
  const { store } = await temporaryStore();
  const put = async (change: TurnChange): Promise<string> => {
    const turn = aTurn(await aUser(store));
    await store.turns.insert(turn);
    await store.turns.write([{ turnId: turn.turnId, change, events: [] }]);
    return turn.turnId;
  };
  const open = [];
  for (const status of ['queued', 'delivering', 'running', 'waiting'] as const) open.push(await put({ status }));
  for (const status of ['completed', 'cancelled', 'unknown'] as const) await put({ status, finishedAt: 50 });
  const gaveUp = { status: 'failed', errorCode: 'timeout' } as const;
  const waiting = await put({ ...gaveUp, finishedAt: 50 });
  await put({ ...gaveUp, finishedAt: 49 });
  await put({ ...gaveUp, finishedAt: 50, late: true });
  await put({ status: 'failed', errorCode: 'agent_error', finishedAt: 50 });
  expect((await store.turns.open()).map((turn) => turn.turnId)).toEqual(open);
  const late = await store.turns.awaitingLateAnswer({ since: 50, afterId: '', limit: 10 });
  expect(late.map((turn) => turn.turnId)).toEqual([waiting]);
});

test.each(['unsettled', 'awaitingLateAnswer'] as const)(
  'turns are read in pages by %s, and none that ended in the same millisecond is left out',
  async (read) => {
    const { store } = await temporaryStore();
    const ended: string[] = [];
    for (const finishedAt of [50, 50, 50, 50, 51, 49]) {
      const turn = aTurn(await aUser(store));
      await store.turns.insert(turn);
      const change = { status: 'failed', errorCode: 'timeout', finishedAt } as const;
      await store.turns.write([{ turnId: turn.turnId, change, events: [] }]);
      if (finishedAt >= 50) ended.push(turn.turnId);
    }
    const found: string[] = [];
    let [since, afterId] = [50, ''];
    for (;;) {
      const page = await store.turns[read]({ since, afterId, limit: 2 });
      expect(page.length).toBeLessThanOrEqual(2);
      const last = page.at(-1);
      if (last === undefined) break;
      found.push(...page.map(({ turnId }) => turnId));
      [since, afterId] = [last.finishedAt as number, last.turnId];
    }
    expect(found.toSorted()).toEqual(ended.toSorted());
    expect(found.at(-1)).toBe(ended.at(-1));
  },
);

test('recent turns are listed for everybody or for one user', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const [first, second] = [aTurn(one), aTurn(other)];
  await store.turns.insert(first);
  await store.turns.insert(second);
  const ids = async (userId?: string) =>
    (await store.turns.list({ limit: 5, ...(userId === undefined ? {} : { userId }) })).map((turn) => turn.turnId);
  expect(await ids()).toEqual([second.turnId, first.turnId]);
  expect(await ids(one.user.id)).toEqual([first.turnId]);
});

test('several questions are stored in one transaction; a refusal concerns its question only', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  await store.users.setQuota(other.user.id, 1, { actor: 'cli', at: 1 });
  const known = aTurn(one, { idempotencyKey: 'key', startedAt: 10 });
  await store.turns.insert(known);
  const questions = [
    aTurn(one, { startedAt: 11 }),
    aTurn(other, { startedAt: 12 }),
    aTurn(one, { idempotencyKey: 'key', startedAt: 13 }),
    aTurn(other, { startedAt: 14 }),
    aTurn(one, { startedAt: 15 }),
  ];
  const results = await store.turns.insertAll(questions.map((turn) => ({ turn, shared: { mostWaiting: 1 } })));
  const [a, b, , d, e] = questions.map(({ turnId }) => turnId);
  expect(results).toMatchObject([
    { status: 'fulfilled', value: { inserted: true, turn: { turnId: a }, event: { turnId: a } } },
    { status: 'fulfilled', value: { inserted: true, turn: { turnId: b }, event: { turnId: b } } },
    { status: 'fulfilled', value: { inserted: false, turn: { turnId: known.turnId } } },
    { status: 'rejected', reason: { code: 'quota_reached' } },
    { status: 'rejected', reason: { code: 'queue_full' } },
  ]);
  expect([await store.turns.get(d as string), await store.turns.get(e as string)]).toEqual([null, null]);
  expect((await store.turns.list({ limit: 9 })).map(({ turnId }) => turnId)).toEqual([b, a, known.turnId]);
  const ids = results.flatMap((result) =>
    result.status === 'fulfilled' && result.value.inserted ? [result.value.event.id] : [],
  );
  expect(ids).toEqual(ids.toSorted((x, y) => x - y));
  expect(await store.audit.verify({ contents: true })).toMatchObject({ broken: null, rows: expect.any(Number) });
});
