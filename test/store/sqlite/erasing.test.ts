/** Deleted data can't be read in the database's file either. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { aTurn, aUser, temporarySqliteStore } from '../temporary-store.ts';

const BY = { actor: 'cli', at: 7 };

test('deleting a user’s data leaves none of their text in the file', async () => {
  const { store, file } = await temporarySqliteStore();
  const [gone, stays] = [await aUser(store, 'gone'), await aUser(store, 'stays')];
  for (let i = 0; i < 30; i++) {
    await store.turns.insert(aTurn(gone, { message: `Rumpelstilzchen ${i}`, context: 'im Wald' }));
  }
  for (const { turnId } of await store.turns.open()) {
    const change = { status: 'completed', finishedAt: 2, response: 'Heißt du Rippenbiest?' } as const;
    await store.turns.write([{ turnId, change, events: [] }]);
  }
  await store.turns.insert(aTurn(stays));
  expect(await store.users.remove(gone.user.id, BY)).toEqual({ turns: 30, erased: true });
  const bytes = await bytesOf(file);
  expect(bytes.includes('cases')).toBe(true); // what stays is found this way
  for (const word of ['Rumpelstilzchen', 'rumpelstilzchen', 'Rippenbiest', 'rippenbiest', 'im Wald']) {
    expect([word, bytes.includes(word)]).toEqual([word, false]);
  }
});

test('data deleted while another connection reads is erased when that ends, and reported', async () => {
  const told: boolean[] = [];
  const { store, file } = await temporarySqliteStore({
    onErased: (erased) => void told.push(erased),
    erasing: { patienceMs: 0, againMs: 20 },
  });
  const who = await aUser(store);
  const { turnId } = aTurn(who);
  await store.turns.insert({ ...aTurn(who, { message: 'a secret of theirs' }), turnId });
  await store.turns.write([{ turnId, change: { status: 'completed', finishedAt: 1 }, events: [] }]);
  const reader = new DatabaseSync(file);
  reader.exec('begin');
  expect(reader.prepare('select message from turns').get()).toEqual({ message: 'a secret of theirs' });
  expect(await store.users.remove(who.user.id, BY)).toEqual({ turns: 1, erased: false });
  expect((await bytesOf(file)).includes('a secret of theirs')).toBe(true);
  expect(told).toEqual([false]);
  reader.close();
  await expect.poll(() => told).toEqual([false, true]);
  expect((await bytesOf(file)).includes('a secret of theirs')).toBe(false);
});

/** All that somebody who takes the disk would find: the file, and its log. */
async function bytesOf(file: string): Promise<Buffer> {
  new DatabaseSync(file, { readOnly: true }).close();
  const { readFile } = await import('node:fs/promises');
  return Buffer.concat(await Promise.all([file, `${file}-wal`].map((path) => readFile(path).catch(() => Buffer.of()))));
}
