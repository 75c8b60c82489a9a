import { expect, test } from 'vitest';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

const call = {
  turnId: 'turn',
  callId: 'one',
  tool: 'list',
  arguments: '{}',
  startedAt: 1000,
  outcome: 'running' as const,
};

test('a call is put on record once; whoever comes later learns what is known of it', async () => {
  const { appTools } = (await temporaryStore()).store;
  expect(await appTools.begin(call)).toBeNull();
  await appTools.note(call, { outcome: 'done', durationMs: 12, resultBytes: 345 }, 'running');
  await appTools.note(call, { outcome: 'cancelled' }, 'waiting');
  const known = { ...call, outcome: 'done', durationMs: 12, resultBytes: 345, detail: null };
  expect(await appTools.begin({ ...call, tool: 'other', startedAt: 2000 })).toEqual(known);
  expect(await appTools.begin({ ...call, callId: 'two', startedAt: 2000 })).toBeNull();
  expect(await appTools.ofTurn('turn')).toMatchObject([known, { callId: 'two', outcome: 'running', durationMs: null }]);
  expect(await appTools.count('turn')).toBe(2);
  expect(await appTools.count('another')).toBe(0);
});

test('a call that only reads is put on record when it has ended, and leaves what is known as it is', async () => {
  const { appTools } = (await temporaryStore()).store;
  const ended = { ...call, outcome: 'done' as const, durationMs: 3, resultBytes: 4, detail: null };
  await appTools.add(ended);
  await appTools.add({ ...ended, outcome: 'failed' });
  expect(await appTools.ofTurn('turn')).toEqual([ended]);
});

test('the figures count the calls of a turn that has ended, by tool, and those that failed', async () => {
  const { store } = await temporaryStore();
  const someone = await aUser(store);
  const { turn } = await store.turns.insert(aTurn(someone));
  const { turnId, startedAt } = turn;
  const outcomes = ['done', 'error', 'denied', 'timeout'] as const;
  for (const [at, outcome] of outcomes.entries()) {
    const more = { durationMs: 1, resultBytes: null, detail: null };
    await store.appTools.add({ ...call, ...more, turnId, callId: `c${at}`, tool: at < 2 ? 'list' : 'close', outcome });
  }
  const hour = Math.floor(startedAt / 3_600_000) * 3_600_000;
  const read = async () => (await store.turns.stats({ from: hour, to: hour + 3_600_000, bucketMs: 3_600_000 })).total;
  expect((await read()).byAppTool).toEqual({});
  const finished = { status: 'completed' as const, finishedAt: startedAt + 5 };
  await store.turns.write([{ turnId, change: finished, events: [] }]);
  await store.turns.write([{ turnId, change: { settled: true }, events: [] }]);
  expect({ ...(await read()).byAppTool }).toEqual({ list: 2, close: 2 });
  expect({ ...(await read()).appToolFailures }).toEqual({ list: 1, close: 1 });
});

test('a call that waits is started by one, and by nobody after that', async () => {
  const { appTools } = (await temporaryStore()).store;
  await appTools.begin({ ...call, outcome: 'waiting' });
  const started = await Promise.all([1, 2, 3].map(() => appTools.start(call)));
  expect(started.toSorted()).toEqual([false, false, true]);
  await appTools.note(call, { outcome: 'cancelled' }, 'waiting');
  expect(await appTools.ofTurn('turn')).toMatchObject([{ outcome: 'running' }]);
  await appTools.note(call, { outcome: 'denied' }, 'running');
  expect(await appTools.start(call)).toBe(false);
  expect(await appTools.start({ ...call, callId: 'two' })).toBe(false);
});

test('the calls of a turn are deleted with its user', async () => {
  const { store } = await temporaryStore();
  const someone = await aUser(store);
  const { turn } = await store.turns.insert(aTurn(someone));
  await store.appTools.begin({ ...call, turnId: turn.turnId });
  await store.turns.write([{ turnId: turn.turnId, change: { status: 'completed', finishedAt: 5 }, events: [] }]);
  await store.users.remove(someone.user.id, { actor: 'owner', at: 6 });
  expect(await store.appTools.ofTurn(turn.turnId)).toEqual([]);
});

test('signing keys are listed newest first, and old ones are dropped', async () => {
  const { appTools } = (await temporaryStore()).store;
  for (const createdAt of [10, 30, 20]) await appTools.addKey({ kid: `k${createdAt}`, privateJwk: '{}', createdAt });
  await appTools.dropKeys(20);
  expect((await appTools.keys()).map(({ kid }) => kid)).toEqual(['k30', 'k20']);
});
