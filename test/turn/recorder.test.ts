/** The recorder, with a real store: many writes in one transaction, in order, and nobody's failure another's. */
import { expect, test, vi } from 'vitest';
import type { Store, StoredEvent, TurnWrite } from '../../src/audit/store.ts';
import { createRecorder } from '../../src/turn/recorder.ts';
import { aTurn, aUser, temporaryStore } from '../audit/temporary-store.ts';

async function observed(turns: number) {
  const { store } = await temporaryStore();
  const write = vi.spyOn(store.turns, 'write');
  const recorder = createRecorder(store);
  const told: StoredEvent[] = [];
  recorder.on('stored', (events) => told.push(...events));
  const users = await Promise.all(Array.from({ length: turns }, () => aUser(store)));
  const accepted = await Promise.all(users.map((user) => recorder.accept(aTurn(user))));
  told.length = 0;
  const ids = accepted.map(({ turn }) => turn.turnId);
  const chunk = (turnId: string, text: string): TurnWrite => {
    const { userId } = accepted.find(({ turn }) => turn.turnId === turnId)?.turn ?? { userId: users[0]?.user.id ?? '' };
    return {
      turnId,
      change: { response: text },
      events: [{ turnId, userId, at: 1, event: { type: 'chunk', offset: 0, text } }],
    };
  };
  return { store, recorder, write, told, ids, chunk };
}

const responses = (store: Store, ids: string[]) =>
  Promise.all(ids.map(async (id) => (await store.turns.get(id))?.response));

test('what is to be written at one moment is one transaction', async () => {
  const { recorder, store, write, told, ids, chunk } = await observed(50);
  await Promise.all(ids.map((id) => recorder.write(chunk(id, `of ${id}`))));
  expect(write).toHaveBeenCalledTimes(1);
  expect(await responses(store, ids)).toEqual(ids.map((id) => `of ${id}`));
  expect(told.map(({ turnId }) => turnId)).toEqual(ids);
});

test('what comes while one transaction runs is the next, and the last write is what stays', async () => {
  const { recorder, store, write, told, ids, chunk } = await observed(1);
  const [id = ''] = ids;
  const writes = [];
  for (let number = 0; number < 30; number++) {
    writes.push(recorder.write(chunk(id, `${number}`)));
    if (number % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writes);
  expect(write.mock.calls.length).toBeLessThan(30);
  expect(await responses(store, ids)).toEqual(['29']);
  expect(told.map(({ event }) => event.type === 'chunk' && event.text)).toEqual(writes.map((_, number) => `${number}`));
});

test('a reader that throws is told of, has nothing written twice, and keeps no other from hearing', async () => {
  const { store } = await temporaryStore();
  const write = vi.spyOn(store.turns, 'write');
  const onTrouble = vi.fn();
  const recorder = createRecorder(store, onTrouble);
  const broken = new Error('a reader broke');
  recorder.on('stored', () => {
    throw broken;
  });
  const told: StoredEvent[] = [];
  recorder.on('stored', (events) => told.push(...events));
  const { turn } = await recorder.accept(aTurn(await aUser(store)));
  const { turnId, userId } = turn;
  const chunk = (offset: number): TurnWrite => {
    return { turnId, change: {}, events: [{ turnId, userId, at: 1, event: { type: 'chunk', offset, text: 'x' } }] };
  };
  await Promise.all([recorder.write(chunk(0)), recorder.write(chunk(1))]);
  expect(write).toHaveBeenCalledTimes(1);
  const stored = await store.events.after({ userId, turnId, after: 0, limit: 20 });
  expect(stored.map(({ event }) => event.type)).toEqual(['accepted', 'chunk', 'chunk']);
  expect(told.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
  expect(onTrouble).toHaveBeenCalledWith('a reader of events failed', broken);
});

test('it is stored when that is said', async () => {
  const { recorder, store, ids, chunk } = await observed(1);
  recorder.on('stored', ([event]) => {
    expect(event?.id).toBeGreaterThan(0);
  });
  await recorder.write(chunk(ids[0] ?? '', 'there'));
  expect(await responses(store, ids)).toEqual(['there']);
});

test('one write that can’t be done fails alone', async () => {
  const { recorder, store, told, ids, chunk } = await observed(3);
  const nobody = crypto.randomUUID();
  const results = await Promise.allSettled(
    [ids[0], nobody, ids[1], ids[2]].map((id) => recorder.write(chunk(id ?? '', 'x'))),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'not_found' });
  expect(await responses(store, ids)).toEqual(['x', 'x', 'x']);
  expect(told.map(({ turnId }) => turnId)).toEqual(ids);
  await recorder.write(chunk(ids[0] ?? '', 'and on it goes'));
});

test('a store that is away fails them all, and takes the next', async () => {
  const { recorder, store, write, told, ids, chunk } = await observed(2);
  write
    .mockRejectedValueOnce(new Error('away'))
    .mockRejectedValueOnce(new Error('away'))
    .mockRejectedValueOnce(new Error('away'));
  const results = await Promise.allSettled(ids.map((id) => recorder.write(chunk(id, 'lost'))));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(told).toEqual([]);
  await Promise.all(ids.map((id) => recorder.write(chunk(id, 'kept'))));
  expect(await responses(store, ids)).toEqual(['kept', 'kept']);
});

test('events are told in the order of their ids, whoever stored them', async () => {
  const { recorder, store, told, ids, chunk } = await observed(5);
  const who = await aUser(store);
  const reset = {
    turnId: crypto.randomUUID(),
    userId: who.user.id,
    at: 1,
    event: { type: 'reset' as const, generation: 2 },
  };
  await Promise.all([
    ...ids.map((id) => recorder.write(chunk(id, 'a'))),
    recorder.accept(aTurn(who)),
    recorder.append(reset),
    ...ids.map((id) => recorder.write(chunk(id, 'b'))),
  ]);
  const numbers = told.map(({ id }) => id);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers).toHaveLength(12);
});

test('a turn that was there already is not told of again', async () => {
  const { store } = await temporaryStore();
  const recorder = createRecorder(store);
  const told = vi.fn();
  recorder.on('stored', told);
  const who = await aUser(store);
  const first = await recorder.accept(aTurn(who, { idempotencyKey: 'k' }));
  const again = await recorder.accept(aTurn(who, { idempotencyKey: 'k' }));
  expect([first.inserted, again.inserted]).toEqual([true, false]);
  expect(told).toHaveBeenCalledTimes(1);
});
