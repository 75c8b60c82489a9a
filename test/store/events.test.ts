import { expect, test } from 'vitest';
import type { EventBody, StoredEvent } from '../../src/contract/records/event.ts';
import type { Decided, TurnEvent } from '../../src/contract/turn.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

test('events keep their order, and their ids only grow, when several turns are written at once', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const [first, second] = [aTurn(one), aTurn(other)];
  await store.turns.insert(first);
  await store.turns.insert(second);
  const chunk = (turn: typeof first, offset: number): EventBody => ({
    turnId: turn.turnId,
    userId: turn.userId,
    at: 5,
    event: { type: 'chunk', offset, text: 'a\n"b"\u2028🙂' },
  });
  const written = await store.turns.write([
    { turnId: first.turnId, change: {}, events: [chunk(first, 0), chunk(first, 1)] },
    { turnId: second.turnId, change: {}, events: [chunk(second, 0)] },
    { turnId: first.turnId, change: {}, events: [chunk(first, 2)] },
  ]);
  const ids = written.map((event) => event.id);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(await store.events.lastId()).toBe(ids.at(-1));
  expect(await store.events.after({ userId: one.user.id, after: ids[0] as number, limit: 10 })).toEqual([
    written[1],
    written[3],
  ]);
  expect(await store.events.after({ userId: one.user.id, turnId: first.turnId, after: 0, limit: 2 })).toHaveLength(2);
  expect(await store.events.after({ userId: other.user.id, turnId: first.turnId, after: 0, limit: 9 })).toEqual([]);
});

test('an event may belong to no turn', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  expect(await store.events.lastId()).toBe(0);
  const event = await store.events.append({
    turnId: '',
    userId: user.id,
    at: 3,
    event: { type: 'reset', generation: 2 },
  });
  expect(await store.events.after({ userId: user.id, after: 0, limit: 10 })).toEqual([event]);
});

test('pruning drops the progress of turns that ended before, in any number, and reuses no id', async () => {
  const { store } = await temporaryStore();
  const turns = [aTurn(await aUser(store)), aTurn(await aUser(store)), aTurn(await aUser(store))];
  const [old, young, open] = turns as [(typeof turns)[0], (typeof turns)[0], (typeof turns)[0]];
  for (const turn of turns) {
    await store.turns.insert(turn);
    const events = Array.from({ length: 1100 }, (_, offset): EventBody => {
      const event =
        offset === 0
          ? ({ type: 'presence', presence: 'away' } as const)
          : ({ type: 'chunk', offset, text: 'x' } as const);
      return { turnId: turn.turnId, userId: turn.userId, at: 1, event };
    });
    const end: EventBody = { ...(events[0] as EventBody), event: { type: 'finished', status: 'completed' } };
    await store.turns.write([
      { turnId: turn.turnId, change: {}, events: [...events, ...(turn === open ? [] : [end])] },
    ]);
  }
  await store.turns.write([
    { turnId: old.turnId, change: { status: 'completed', finishedAt: 10 }, events: [] },
    { turnId: young.turnId, change: { status: 'completed', finishedAt: 20 }, events: [] },
  ]);
  const types = async (turn: typeof old) =>
    (await store.events.after({ userId: turn.userId, after: 0, limit: 5000 })).map(({ event }) => event.type);
  const before = await store.events.lastId();
  expect(await store.events.prune(20)).toBe(1100);
  expect(await types(old)).toEqual(['accepted', 'finished']);
  expect(await types(young)).toHaveLength(1102);
  expect(await types(open)).toHaveLength(1101);
  const next: StoredEvent = await store.events.append({
    turnId: '',
    userId: old.userId,
    at: 1,
    event: { type: 'feedback' },
  });
  expect(next.id).toBeGreaterThan(before);
});

test('the decisions of a turn survive pruning, in order', async () => {
  const { store } = await temporaryStore();
  const [turn, other] = [aTurn(await aUser(store)), aTurn(await aUser(store))];
  const approval = { id: 'a', title: 'May I?', kind: 'permission' } as const;
  const decisions: Decided[] = [
    { approval, option: 'deny', by: 'user', message: 'no' },
    { approval: { ...approval, id: 'b', kind: 'question' }, option: 'x', by: 'user', answers: { 'Which?': 'this' } },
    { approval: { ...approval, id: 'c' }, option: null, by: 'terminal' },
  ];
  for (const { turnId, userId } of [turn, other]) {
    const asked: TurnEvent = { type: 'approval', approval: { ...approval, options: [] } };
    const events = [asked, ...decisions.map((decided) => ({ type: 'decided' as const, ...decided }))];
    await store.turns.insert(turnId === turn.turnId ? turn : other);
    const change = { status: 'completed', finishedAt: 10 } as const;
    await store.turns.write([{ turnId, change, events: events.map((event) => ({ turnId, userId, at: 1, event })) }]);
  }
  expect(await store.events.prune(20)).toBe(2);
  expect(await store.events.decided(turn.turnId)).toEqual(decisions.map((decided) => ({ ...decided, at: 1 })));
  expect(await store.events.decided(crypto.randomUUID())).toEqual([]);
});
