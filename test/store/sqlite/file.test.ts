import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { aTurn, aUser, temporaryDirectory, temporarySqliteStore } from '../temporary-store.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'programs', 'open-and-insert.ts');

async function openAndInsert(file: string, ...uid: string[]) {
  return JSON.parse((await run(process.execPath, [program, file, ...uid])).stdout);
}

test('database, WAL and a new directory are readable by their owner only', async () => {
  const directory = join(await temporaryDirectory(), 'state', 'paliadin');
  const file = join(directory, 'paliadin.db');
  const store = await openSqliteStore(file);
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await mode(directory)).toBe('700');
  expect([await mode(file), await mode(`${file}-wal`), await mode(`${file}-shm`)]).toEqual(['600', '600', '600']);
  await store.close();
  await chmod(file, 0o644);
  await (await openSqliteStore(file)).close();
  expect(await mode(file)).toBe('600');
});

test('six processes that open a new file at once make one turn per key, and a fence for each run', async () => {
  const file = join(await temporaryDirectory(), 'paliadin.db');
  const results = await Promise.all(Array.from({ length: 6 }, () => openAndInsert(file)));
  expect(results.map((result) => result.detail)).toEqual(results.map(() => undefined));
  const distinct = (field: string) => new Set(results.map((result) => result[field])).size;
  expect([distinct('user'), distinct('session'), distinct('turn'), distinct('fence')]).toEqual([1, 1, 1, 6]);
  expect(results.filter((result) => result.inserted)).toHaveLength(1);
}, 30_000);

test('data and fences are there after closing and opening again', async () => {
  const { store, file } = await temporarySqliteStore();
  const turn = aTurn(await aUser(store));
  await store.turns.insert(turn);
  const fence = (await store.turns.takeUp(turn.turnId, 1))?.fence ?? 0;
  await store.close();
  const again = await openSqliteStore(file);
  expect(await again.turns.get(turn.turnId)).toMatchObject(turn);
  expect(await again.turns.takeUp(turn.turnId, 1)).toMatchObject({ fence: fence + 1 });
  await again.close();
});

test('the database uses write-ahead logging', async () => {
  const { file } = await temporarySqliteStore();
  const other = new DatabaseSync(file);
  expect(other.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
  other.close();
});

test('a file that is no database is named in the error and left unchanged', async () => {
  const file = join(await temporaryDirectory(), 'paliadin.db');
  const content = 'precious, but no database '.repeat(100);
  await writeFile(file, content);
  await expect(openSqliteStore(file)).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringMatching(new RegExp(`^${file}: .*not a database; .*restore a backup`)),
  });
  expect(await readFile(file, 'utf8')).toBe(content);
});

test('a damaged file is named in the error, at the start or later', async () => {
  const { store, file } = await temporarySqliteStore();
  const who = await aUser(store);
  for (let i = 0; i < 50; i++) await store.turns.insert(aTurn(who, { message: 'x'.repeat(4000) }));
  await store.close();
  const bytes = await readFile(file);
  bytes.fill(0xa5, 4096 * 2);
  await writeFile(file, bytes);
  const use = async () => {
    const damaged = await openSqliteStore(file);
    try {
      await damaged.turns.list({ limit: 100 });
    } finally {
      await damaged.close();
    }
  };
  await expect(use()).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringMatching(new RegExp(`^${file}: .*malformed; the file is damaged: move it away`)),
  });
  expect((await readFile(file)).equals(bytes)).toBe(true);
});

test('the error for a damaged row does not quote its content', async () => {
  const { store, file } = await temporarySqliteStore();
  const { user } = await aUser(store);
  await store.events.append({ turnId: '', userId: user.id, at: 1, event: { type: 'feedback' } });
  const db = new DatabaseSync(file);
  db.exec(`update turn_events set body = 'secret words'`);
  db.close();
  const error = await store.events.after({ userId: user.id, after: 0, limit: 1 }).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'store_unavailable', detail: expect.stringContaining(file) });
  expect(error.message).not.toContain('secret');
});

test('a database of a newer version is refused and left unchanged', async () => {
  const { store, file } = await temporarySqliteStore();
  await store.close();
  const db = new DatabaseSync(file);
  db.exec(`insert into kysely_migration values ('0099-future', '2040-01-01T00:00:00.000Z')`);
  db.exec(`update counters set value = 99 where name = 'oldest-gateway'`);
  db.close();
  await expect(openSqliteStore(file)).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringMatching(/newer version of Paliadin made these tables \(0099-future .*start that version/),
  });
});

test('a directory that can’t be written is named in the error, with what to do', async () => {
  const directory = await temporaryDirectory();
  await chmod(directory, 0o555);
  const file = join(directory, 'paliadin.db');
  // Nothing is closed to root, so there another account has to try.
  const result = await openAndInsert(file, ...(process.getuid?.() === 0 ? ['65534'] : []));
  await chmod(directory, 0o700);
  expect(result).toEqual({
    code: 'store_unavailable',
    detail: expect.stringMatching(new RegExp(`^${file}: EACCES.*let the account that runs Paliadin own`)),
  });
});

test('a directory in the place of the file is named in the error', async () => {
  const file = join(await temporaryDirectory(), 'paliadin.db');
  await mkdir(file);
  await expect(openSqliteStore(file)).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringContaining(file),
  });
});

const ownDisks = spawnSync('unshare', ['-rm', 'true']).status === 0;

test.runIf(ownDisks)('a full disk is reported as such; no partial write is kept, and reading still works', async () => {
  // A small disk of the test's own, which ends with the process that has it.
  const directory = await temporaryDirectory();
  const script = `mount -t tmpfs -o size=600k none ${directory} && exec ${process.execPath} ${join(import.meta.dirname, 'programs', 'fill-disk.ts')} ${join(directory, 'p.db')}`;
  const { stdout } = await run('unshare', ['-rm', 'sh', '-c', script]);
  const result = JSON.parse(stdout);
  expect(result.accepted).toBeGreaterThan(0);
  expect(result.refused).toEqual({ code: 'store_unavailable', detail: expect.stringMatching(/p\.db: .*full/) });
  expect(result.check).toMatchObject({ code: 'store_unavailable' });
  expect(result.kept).toBe(result.accepted);
  expect(result.events).toBe(result.accepted);
});

test('every method of a closed store fails with store_unavailable', async () => {
  const { store } = await temporarySqliteStore();
  const who = await aUser(store);
  await store.close();
  const calls = [
    store.turns.insert(aTurn(who)),
    store.turns.write([]),
    store.turns.get('x'),
    store.turns.history({ userId: 'x', limit: 1 }),
    store.events.lastId(),
    store.users.list(),
    store.sessions.list(),
    store.signIn.byToken('x', 1),
    store.turns.takeUp('x', 1),
    store.events.skipLost(),
    store.check(),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'store_unavailable' });
});
