import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AttachmentPiece } from '../../src/contract/host.ts';
import { openSessionFiles } from '../../src/host/session-files.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const TURN = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';

async function aSession() {
  const directory = await temporaryDirectory();
  onTestFinished(directory.remove);
  const { path } = directory;
  const bytes = randomBytes(1000);
  const about = { type: 'text/plain', size: 1000, sha256: createHash('sha256').update(bytes).digest('hex') } as const;
  const files = openSessionFiles(path);
  const piece = (offset: number, end: number, change: Partial<AttachmentPiece> = {}) =>
    files.take({
      session: 's',
      turnId: TURN,
      number: 1,
      ...about,
      offset,
      bytes: bytes.subarray(offset, end),
      ...change,
    });
  return { path, files, piece, attachments: [{ ...about, name: 'a.txt' }] };
}

test('a file that was cut off goes on where it ended, also for the next daemon', async () => {
  const { path, piece, attachments } = await aSession();
  expect(await piece(0, 0)).toBe(0);
  expect(await piece(0, 400)).toBe(400);
  // Sent again, since the answer was lost.
  expect(await piece(0, 400)).toBe(400);
  expect(await piece(700, 1000)).toBe(400);
  const next = openSessionFiles(path);
  await expect(next.of(TURN, attachments)).rejects.toMatchObject({ code: 'shim_error' });
  expect(await piece(400, 1000)).toBe(1000);
  expect(await piece(0, 0)).toBe(1000);
  const [file] = await next.of(TURN, attachments);
  expect(file).toEqual({ path: join(path, TURN, '1.txt'), name: 'a.txt', type: 'text/plain', size: 1000 });
  expect((await stat(join(path, TURN, '1.txt'))).mode & 0o777).toBe(0o600);
});

test('bytes with another digest are discarded, and never become the file', async () => {
  const { files, piece, attachments } = await aSession();
  await piece(0, 400, { bytes: randomBytes(400) });
  expect(await piece(400, 1000)).toBe(0);
  await expect(files.of(TURN, attachments)).rejects.toMatchObject({ code: 'shim_error' });
  expect(await piece(0, 1000)).toBe(1000);
  await expect(piece(0, 1000, { number: 2, size: 999 })).rejects.toMatchObject({ code: 'bad_request' });
});

test('a file that was changed afterwards is not handed to the agent as the one that was sent', async () => {
  const { path, files, piece, attachments } = await aSession();
  await piece(0, 1000);
  await writeFile(join(path, TURN, '1.txt'), randomBytes(1000));
  await expect(files.of(TURN, attachments)).rejects.toMatchObject({ code: 'shim_error' });
});

test('a turn’s id is no path', async () => {
  const { piece } = await aSession();
  await expect(piece(0, 1000, { turnId: '../../x' })).rejects.toMatchObject({ code: 'bad_request' });
});

test('files of unknown turns go after a while, those of known ones stay until they are removed, and a new conversation has none', async () => {
  const { path, files, piece } = await aSession();
  await piece(0, 1000);
  for (const name of ['other', 'new']) await mkdir(join(path, name));
  for (const name of [TURN, 'other']) await utimes(join(path, name), 1, 1);
  await files.prune(Date.now() - 60_000, async (turnId) => turnId === TURN);
  expect((await readdir(path)).sort()).toEqual([TURN, 'new']);
  await files.remove(TURN);
  expect(await readdir(path)).toEqual(['new']);
  await files.remove(TURN);
  await expect(files.remove('../x')).rejects.toMatchObject({ code: 'bad_request' });
  await files.clear();
  expect(await readdir(path)).toEqual([]);
});
