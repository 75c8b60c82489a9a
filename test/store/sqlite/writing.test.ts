/** How the store writes without blocking the rest of its process. */
import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Turn } from '../../../src/contract/records/turn.ts';
import { explainSqlite, isBusy } from '../../../src/store/sqlite/explain.ts';
import { WriteQueue } from '../../../src/store/sqlite/write-queue.ts';
import { aTurn, aUser, temporarySqliteStore } from '../temporary-store.ts';

test('between two writes other tasks of the process run', async () => {
  const queue = new WriteQueue();
  const order: string[] = [];
  setImmediate(() => order.push('something else'));
  for (const name of ['one', 'two']) {
    const leave = await queue.enter(1_000);
    order.push(name);
    leave();
  }
  expect(order).toEqual(['one', 'something else', 'two']);
});

test('a write that waits too long for others of its process blames the machine, not another process, and may be tried again', async () => {
  const queue = new WriteQueue();
  await queue.enter(1_000);
  const error = await queue.enter(1).catch((error: unknown) => error);
  expect(isBusy(error)).toBe(true);
  expect(explainSqlite('/srv/paliadin.db')(error)).toMatchObject({
    code: 'store_unavailable',
    detail:
      '/srv/paliadin.db: the writes before this one took longer than 1 ms; the disk is slow or the machine is overloaded: see its load',
  });
});

test('large and small writes stay in order, whichever thread writes them', async () => {
  const { store } = await temporarySqliteStore({ threads: true });
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  const large = 'ä€😀\n'.repeat(100_000);
  const texts = ['one', large, 'two', large, 'three'];
  const ids: number[] = [];
  for (const text of texts) {
    const event = { type: 'chunk', offset: 0, text } as const;
    const events = [{ turnId: turn.turnId, userId: who.user.id, at: 1, event }];
    const written = await store.turns.write([{ turnId: turn.turnId, change: { response: text }, events }]);
    ids.push(...written.map(({ id }) => id));
  }
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  const events = await store.events.after({ userId: who.user.id, turnId: turn.turnId, after: 0, limit: 100 });
  expect(events.flatMap(({ event }) => (event.type === 'chunk' ? [event.text] : []))).toEqual(texts);
  expect(((await store.turns.get(turn.turnId)) as Turn).response).toBe('three');
});

test('writing much text does not block this thread', async () => {
  const { store } = await temporarySqliteStore({ threads: true });
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  let isWritten = false;
  let rounds = 0;
  const goRound = () => {
    rounds++;
    if (!isWritten) setImmediate(goRound);
  };
  setImmediate(goRound);
  await store.turns.write([{ turnId: turn.turnId, change: { response: 'word '.repeat(200_000) }, events: [] }]);
  isWritten = true;
  // Written here, it would be one step.
  expect(rounds).toBeGreaterThan(3);
});

test('the write-ahead log stays bounded, since another thread checkpoints it', async () => {
  const { store, file } = await temporarySqliteStore({ threads: true });
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  const write = (response: string) => store.turns.write([{ turnId: turn.turnId, change: { response }, events: [] }]);
  // 3,000 writes of a page or more each are 12 MB and more.
  for (let count = 0; count < 3_000; count++) await write(`${count} ${'x'.repeat(3_000)}`);
  expect(statSync(`${file}-wal`).size).toBeLessThan(8 * 1024 * 1024);
});

test('a write that fails in another thread reports why, and leaves nothing behind', async () => {
  const { store } = await temporarySqliteStore({ threads: true });
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  const response = 'x'.repeat(200_000);
  const writes = [
    { turnId: turn.turnId, change: { response }, events: [] },
    { turnId: 'nobody', change: { response }, events: [] },
  ];
  await expect(store.turns.write(writes)).rejects.toMatchObject({ code: 'not_found' });
  expect((await store.turns.get(turn.turnId))?.response).toBe('');
  await store.turns.write(writes.slice(0, 1));
  expect((await store.turns.get(turn.turnId))?.response).toHaveLength(200_000);
});
