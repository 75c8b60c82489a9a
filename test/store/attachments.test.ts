import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { PIECE_BYTES, type StoredAttachment } from '../../src/store/attachment-store.ts';
import type { Store } from '../../src/store/store.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

async function aFile(store: Store, userId: string, bytes: Buffer = Buffer.from('x'), uploadedAt = 5) {
  const about = { name: 'a.txt', type: 'text/plain', size: bytes.length, sha256: 'f'.repeat(64) } as const;
  const file: Omit<StoredAttachment, 'turnId'> = {
    id: randomUUID(),
    userId,
    ...about,
    width: null,
    height: null,
    uploadedAt,
  };
  await store.attachments.insert(file, bytes, 3);
  return file;
}

test('a file comes back as it was, piece by piece', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store, 'anna');
  const bytes = randomBytes(2 * PIECE_BYTES + 7);
  const { id } = await aFile(store, user.id, bytes);
  const pieces = await Promise.all([0, 1, 2].map((number) => store.attachments.piece(id, number)));
  expect(pieces.map((piece) => piece?.length)).toEqual([PIECE_BYTES, PIECE_BYTES, 7]);
  expect(Buffer.concat(pieces.map((piece) => piece as Uint8Array)).equals(bytes)).toBe(true);
  expect(await store.attachments.piece(id, 3)).toBeNull();
});

test('a question takes the files of its user in its order, and keeps them on record', async () => {
  const { store } = await temporaryStore();
  const [anna, bert] = [await aUser(store, 'anna'), await aUser(store, 'bert')];
  const [one, two, other] = [
    await aFile(store, anna.user.id),
    await aFile(store, anna.user.id),
    await aFile(store, bert.user.id),
  ];
  const refused = aTurn(anna, { attachmentIds: [one.id, other.id] });
  await expect(store.turns.insert(refused)).rejects.toMatchObject({ code: 'attachment_invalid' });
  expect(await store.turns.get(refused.turnId)).toBeNull();
  const turn = aTurn(anna, { attachmentIds: [two.id, one.id], idempotencyKey: 'k' });
  const { turn: inserted } = await store.turns.insert(turn);
  expect(inserted.attachments.map(({ id }) => id)).toEqual([two.id, one.id]);
  expect((await store.turns.get(turn.turnId))?.attachments).toEqual(inserted.attachments);
  expect(await store.turns.insert({ ...turn, turnId: randomUUID() })).toMatchObject({ inserted: false });
  expect((await store.audit.verify({ contents: true })).broken).toBeNull();
});

test('a file that a question has is copied for the next one, and goes with each of them', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store, 'anna');
  const bytes = randomBytes(PIECE_BYTES + 1);
  const { id } = await aFile(store, anna.user.id, bytes);
  const { turnId: first } = (await store.turns.insert(aTurn(anna, { attachmentIds: [id], startedAt: 10 }))).turn;
  const { turn } = await store.turns.insert(aTurn(anna, { attachmentIds: [id], startedAt: 2000 }));
  const copy = turn.attachments[0]?.id ?? '';
  expect(copy).not.toBe(id);
  expect((await store.attachments.piece(copy, 1))?.[0]).toBe(bytes.at(-1));
  await store.turns.write([
    {
      turnId: (await store.attachments.get(id))?.turnId ?? '',
      change: { status: 'completed', finishedAt: 20 },
      events: [],
    },
  ]);
  expect(await store.turns.deleteOld(1000, 10, { actor: 'gateway', at: 3000 })).toBe(1);
  const left = { turnId: first, session: anna.session.name, host: anna.session.host };
  expect(await store.attachments.deleted({ after: '', limit: 5 })).toEqual([left]);
  expect(await store.attachments.deleted({ after: first, limit: 5 })).toEqual([]);
  await store.attachments.forgotten(first);
  expect(await store.attachments.deleted({ after: '', limit: 5 })).toEqual([]);
  expect([await store.attachments.get(id), await store.attachments.piece(id, 0)]).toEqual([null, null]);
  expect(await store.attachments.piece(copy, 0)).not.toBeNull();
});

test('no more than some files wait for a question, and what waits too long is deleted', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store, 'anna');
  const [old] = [
    await aFile(store, anna.user.id, undefined, 1),
    await aFile(store, anna.user.id),
    await aFile(store, anna.user.id),
  ];
  await expect(aFile(store, anna.user.id)).rejects.toMatchObject({ code: 'rate_limited' });
  await store.attachments.pruneUnused(5);
  expect(await store.attachments.get(old.id)).toBeNull();
  const next = await aFile(store, anna.user.id);
  await store.attachments.removeUnused(next.id, 'somebody else');
  expect(await store.attachments.get(next.id)).not.toBeNull();
  await store.attachments.removeUnused(next.id, anna.user.id);
  expect(await store.attachments.get(next.id)).toBeNull();
});

test('a user is deleted with their files', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store, 'anna');
  const { id } = await aFile(store, anna.user.id);
  await store.users.remove(anna.user.id, { actor: 'cli', at: 9 });
  expect([await store.attachments.get(id), await store.attachments.piece(id, 0)]).toEqual([null, null]);
});
