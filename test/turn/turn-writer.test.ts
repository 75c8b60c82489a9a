/** The turn writer, with a real store: many writes in one transaction, in order; one that fails harms no other. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { StoredEvent } from '../../src/contract/records/event.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import type { Store } from '../../src/store/store.ts';
import type { TurnWrite } from '../../src/store/turn-store.ts';
import { createTurnWriter, type TurnWriterOptions } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporarySqliteStore } from '../store/temporary-store.ts';

async function observed(turns: number, options?: TurnWriterOptions) {
  const { store: patient, file } = await temporarySqliteStore();
  const users = await Promise.all(Array.from({ length: turns }, () => aUser(patient)));
  const accepted = await Promise.all(users.map((user) => createTurnWriter(patient).accept(aTurn(user))));
  const store = options === undefined ? patient : await impatientStore(file);
  const write = vi.spyOn(store.turns, 'write');
  const told: StoredEvent[] = [];
  const turnWriter = createTurnWriter(store, { onStored: (events) => void told.push(...events), ...options });
  const ids = accepted.map(({ turn }) => turn.turnId);
  const chunk = (turnId: string, text: string): TurnWrite => {
    const { userId } = accepted.find(({ turn }) => turn.turnId === turnId)?.turn ?? { userId: users[0]?.user.id ?? '' };
    return {
      turnId,
      change: { response: text },
      events: [{ turnId, userId, at: 1, event: { type: 'chunk', offset: 0, text } }],
    };
  };
  return { patient, store, file, turnWriter, write, told, ids, chunk };
}

/** For what is held on purpose. On a busy machine it may give up with nobody in its way, so nothing else goes by it. */
async function impatientStore(file: string): Promise<Store> {
  const store = await openSqliteStore(file, { waitMs: 50 });
  onTestFinished(() => store.close());
  return store;
}

const responses = (store: Store, ids: string[]) =>
  Promise.all(ids.map(async (id) => (await store.turns.get(id))?.response));

test('writes of the same moment are one transaction', async () => {
  const { turnWriter, store, write, told, ids, chunk } = await observed(50);
  await Promise.all(ids.map((id) => turnWriter.write(chunk(id, `of ${id}`))));
  expect(write).toHaveBeenCalledTimes(1);
  expect(await responses(store, ids)).toEqual(ids.map((id) => `of ${id}`));
  expect(told.map(({ turnId }) => turnId)).toEqual(ids);
});

test('writes during a transaction go into the next one, and the last write wins', async () => {
  const { turnWriter, store, write, told, ids, chunk } = await observed(1);
  const [id = ''] = ids;
  const writes = [];
  for (let number = 0; number < 30; number++) {
    writes.push(turnWriter.write(chunk(id, `${number}`)));
    if (number % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writes);
  expect(write.mock.calls.length).toBeLessThan(30);
  expect(await responses(store, ids)).toEqual(['29']);
  expect(told.map(({ event }) => event.type === 'chunk' && event.text)).toEqual(writes.map((_, number) => `${number}`));
});

test('a store that refuses at once is asked again only after a pause, and then has all of it', async () => {
  const { turnWriter, store, write, ids, chunk } = await observed(1, { pauseMs: 300 });
  const away = new PaliadinError('store_unavailable', 'the server is away', { againInMs: 5000 });
  write.mockRejectedValueOnce(away).mockRejectedValueOnce(away);
  const written = turnWriter.write({ ...chunk(ids[0] ?? '', 'at last'), progress: true });
  await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(1));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(write).toHaveBeenCalledTimes(1);
  await written;
  expect(write).toHaveBeenCalledTimes(3);
  expect(await responses(store, ids)).toEqual(['at last']);
});

test('a write resolves after it is stored', async () => {
  const { turnWriter, store, told, ids, chunk } = await observed(1);
  await turnWriter.write(chunk(ids[0] ?? '', 'there'));
  expect(await responses(store, ids)).toEqual(['there']);
  expect(told[0]?.id).toBeGreaterThan(0);
});

test('one write that fails does not fail the others', async () => {
  const { turnWriter, store, told, ids, chunk } = await observed(3);
  const nobody = crypto.randomUUID();
  const results = await Promise.allSettled(
    [ids[0], nobody, ids[1], ids[2]].map((id) => turnWriter.write(chunk(id ?? '', 'x'))),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'not_found' });
  expect(await responses(store, ids)).toEqual(['x', 'x', 'x']);
  expect(told.map(({ turnId }) => turnId)).toEqual(ids);
  await turnWriter.write(chunk(ids[0] ?? '', 'and on it goes'));
});

test('an unavailable store fails all writes of that moment, and the next ones succeed', async () => {
  const { turnWriter, store, write, told, ids, chunk } = await observed(2);
  write
    .mockRejectedValueOnce(new Error('away'))
    .mockRejectedValueOnce(new Error('away'))
    .mockRejectedValueOnce(new Error('away'));
  const results = await Promise.allSettled(ids.map((id) => turnWriter.write(chunk(id, 'lost'))));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(told).toEqual([]);
  await Promise.all(ids.map((id) => turnWriter.write(chunk(id, 'kept'))));
  expect(await responses(store, ids)).toEqual(['kept', 'kept']);
});

test('events are published in the order of their ids, whatever stored them', async () => {
  const { turnWriter, store, told, ids, chunk } = await observed(5);
  const who = await aUser(store);
  const reset = {
    turnId: crypto.randomUUID(),
    userId: who.user.id,
    at: 1,
    event: { type: 'reset' as const, generation: 2 },
  };
  await Promise.all([
    ...ids.map((id) => turnWriter.write(chunk(id, 'a'))),
    turnWriter.accept(aTurn(who)),
    turnWriter.append(reset),
    ...ids.map((id) => turnWriter.write(chunk(id, 'b'))),
  ]);
  const numbers = told.map(({ id }) => id);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers).toHaveLength(12);
});

test('accepting a known turn publishes nothing', async () => {
  const { store } = await temporarySqliteStore();
  const told = vi.fn();
  const turnWriter = createTurnWriter(store, { onStored: told });
  const who = await aUser(store);
  const first = await turnWriter.accept(aTurn(who, { idempotencyKey: 'k' }));
  const again = await turnWriter.accept(aTurn(who, { idempotencyKey: 'k' }));
  expect([first.inserted, again.inserted]).toEqual([true, false]);
  expect(told).toHaveBeenCalledTimes(1);
});

test('a question with nothing before it has its run begun as it is accepted', async () => {
  const { store } = await temporarySqliteStore();
  const turnWriter = createTurnWriter(store);
  const who = await aUser(store);
  const { turn } = await turnWriter.accept(aTurn(who), { takeUpAt: 1_000 });
  expect(turn.fence).toBeGreaterThanOrEqual(1_000);
  expect(await store.turns.get(turn.turnId)).toMatchObject({ fence: turn.fence, status: 'queued' });
  const again = await store.turns.takeUp(turn.turnId, 2);
  expect(again?.fence).toBe(turn.fence + 1);
});

describe('while another process holds the store', () => {
  test('progress waits in its order; other writes are refused with store_unavailable', async () => {
    const { turnWriter, store, told, ids, chunk, hold } = await heldStore();
    const release = hold();
    const progress = ids.flatMap((id) =>
      ['a', 'b'].map((text) => turnWriter.write({ ...chunk(id, text), progress: true })),
    );
    const away = { code: 'store_unavailable', againInMs: expect.any(Number) };
    await Promise.all([
      expect(turnWriter.write(chunk(ids[0] ?? '', 'never'))).rejects.toMatchObject(away),
      expect(turnWriter.accept(aTurn(await aUser(store, 'known')))).rejects.toMatchObject(away),
    ]);
    expect(told).toEqual([]);
    progress.push(turnWriter.write({ ...chunk(ids[0] ?? '', 'c'), progress: true }));
    release();
    await Promise.all(progress);
    expect(await responses(store, ids)).toEqual(['c', 'b', 'b']);
    expect(told.map(({ turnId, event }) => [turnId, event.type === 'chunk' && event.text])).toEqual([
      ...ids.flatMap((id) => ['a', 'b'].map((text) => [id, text])),
      [ids[0], 'c'],
    ]);
  });

  test('progress beyond the memory bound is dropped, and an end is not', async () => {
    const { turnWriter, store, ids, chunk, hold } = await heldStore(3_000);
    const release = hold();
    const [id = ''] = ids;
    const much = 'x'.repeat(1024 * 1024);
    const progress = Array.from({ length: 20 }, () => turnWriter.write({ ...chunk(id, much), progress: true }));
    const results = Promise.allSettled(progress);
    const end = turnWriter.write(chunk(id, 'the end'));
    release();
    await end;
    const kept = (await results).filter(({ status }) => status === 'fulfilled').length;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(12);
    expect(await responses(store, [id])).toEqual(['the end']);
  });

  /** Held by a connection of the test's own, which to SQLite is as good as another process. */
  async function heldStore(patienceMs = 50) {
    const { patient, file, store, ...rest } = await observed(3, { patienceMs });
    await aUser(patient, 'known');
    const other = new DatabaseSync(file);
    onTestFinished(() => other.close());
    const hold = () => {
      other.exec('begin immediate');
      return () => other.exec('rollback');
    };
    return { ...rest, store, hold };
  }
});
