/** The journal: what is written is there for the next daemon, complete or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TurnEntry } from '../../src/host/turn-entry.ts';
import { anEntry, temporaryJournal } from './temporary-journal.ts';

const done = { state: 'done', endedAt: 10 } as const;

describe('a turn', () => {
  test.each([
    anEntry({ state: 'delivering' }),
    anEntry({ state: 'running' }),
    anEntry({ ...done, answer: 'Zwölf 🙂\u0000\n"x"', inputTokens: 3, outputTokens: 0 }),
    anEntry({ state: 'failed', endedAt: 2, code: 'timeout', detail: 'no sign of life', late: true, answer: 'late' }),
    anEntry({ state: 'cancelled', endedAt: 2, code: 'cancelled' }),
    anEntry({ state: 'unknown', endedAt: 2, code: 'outcome_unknown', detail: 'why' }),
  ])('$state is read back as it was written', async (entry: TurnEntry) => {
    const { journal, again } = await temporaryJournal();
    await journal.writeTurn('one', entry);
    expect(await again().readTurn('one', entry.turnId)).toEqual(entry);
  });

  test('has the state that was written last', async () => {
    const { journal, again } = await temporaryJournal();
    await journal.writeTurn('one', anEntry({ state: 'delivering' }));
    await journal.writeTurn('one', anEntry({ state: 'running' }));
    await journal.writeTurn('one', anEntry({ ...done, answer: 'A.' }));
    expect(await again().readTurn('one', anEntry().turnId)).toEqual(anEntry({ ...done, answer: 'A.' }));
  });

  test('updated has the state of the last line that is whole, also where a crash cut off the one after it', async () => {
    const { journal, again, root } = await temporaryJournal();
    const entry = anEntry({ ...done, answer: 'A.\nB.' });
    await journal.writeTurn('one', anEntry({ state: 'delivering' }));
    await journal.updateTurn('one', anEntry({ state: 'running' }));
    await journal.updateTurn('one', entry);
    expect(await again().readTurn('one', entry.turnId)).toEqual(entry);

    const file = join(root, 'one', 'turns', `${entry.turnId}.json`);
    const whole = await readFile(file, 'utf8');
    for (const cut of [1, 20, JSON.stringify(entry).length]) {
      await writeFile(file, whole.slice(0, -cut));
      expect(await again().readTurn('one', entry.turnId)).toEqual(anEntry({ state: 'running' }));
    }
    await again().updateTurn('one', entry);
    expect(await again().readTurn('one', entry.turnId)).toEqual(entry);
  });

  test('updated without an entry gets one', async () => {
    const { journal, again } = await temporaryJournal();
    await journal.updateTurn('one', anEntry());
    expect(await again().readTurn('one', anEntry().turnId)).toEqual(anEntry());
  });

  test('written many times at once is complete, and has the last state', async () => {
    const { journal, again } = await temporaryJournal();
    const entries = Array.from({ length: 30 }, (_, number) => anEntry({ answer: `${number} `.repeat(500) }));
    await Promise.all(entries.map((entry) => journal.writeTurn('one', entry)));
    expect(await again().readTurn('one', anEntry().turnId)).toEqual(entries.at(-1));
  });

  test('of another session, or never written, is not found', async () => {
    const { journal } = await temporaryJournal();
    await journal.writeTurn('one', anEntry());
    expect(await journal.readTurn('two', anEntry().turnId)).toBeNull();
    expect(await journal.readTurn('one', randomUUID())).toBeNull();
  });
});

test('a session is stored with its conversation and its fence', async () => {
  const { journal, again } = await temporaryJournal();
  expect(await journal.readSession('one')).toBeNull();
  const entry = { conversation: randomUUID(), fence: 7, begun: true };
  await journal.writeSession('one', entry);
  expect(await again().readSession('one')).toEqual(entry);
  expect(await again().sessions()).toEqual(['one']);
});

test('the journal’s files are readable by their owner only', async () => {
  const { journal, root } = await temporaryJournal();
  await journal.writeTurn('one', anEntry());
  await journal.writeSession('one', { conversation: randomUUID(), fence: 0, begun: false });
  await journal.acknowledge('one', anEntry().turnId);
  for (const name of await readdir(root, { recursive: true })) {
    const { mode } = await stat(join(root, name));
    expect({ name, open: mode & 0o077 }).toEqual({ name, open: 0 });
  }
});

describe('open turns', () => {
  test('are those that are delivering or running', async () => {
    const { journal, again } = await temporaryJournal();
    const entries = (['delivering', 'running', 'done', 'failed', 'cancelled', 'unknown'] as const).map((state) =>
      anEntry({ state, turnId: randomUUID() }),
    );
    for (const entry of entries) await journal.writeTurn('one', entry);
    const open = await again().openTurns('one');
    expect(open.map(({ state }) => state).sort()).toEqual(['delivering', 'running']);
    expect(await again().openTurns('never-seen')).toEqual([]);
  });
});

describe('pruning', () => {
  test('deletes acknowledged turns that ended before the limit, and nothing else', async () => {
    const { journal, again } = await temporaryJournal();
    const old = anEntry({ ...done, turnId: randomUUID() });
    const unheard = anEntry({ ...done, turnId: randomUUID() });
    const recent = anEntry({ ...done, turnId: randomUUID(), endedAt: 100 });
    const open = anEntry({ turnId: randomUUID() });
    for (const entry of [old, unheard, recent, open]) await journal.writeTurn('one', entry);
    for (const { turnId } of [old, recent, open]) await journal.acknowledge('one', turnId);

    expect(await again().prune('one', 100)).toEqual([old]);
    expect(await journal.readTurn('one', old.turnId)).toBeNull();
    for (const entry of [unheard, recent, open]) expect(await journal.readTurn('one', entry.turnId)).toEqual(entry);
    expect(await again().prune('one', 100)).toEqual([]);
  });

  test('leaves no file of what it deletes', async () => {
    const { journal, root } = await temporaryJournal();
    await journal.writeTurn('one', anEntry({ ...done }));
    await journal.acknowledge('one', anEntry().turnId);
    await journal.prune('one', 100);
    expect(await readdir(join(root, 'one', 'turns'))).toEqual([]);
  });
});

test('unfinished writes that a crash left are deleted, and never read', async () => {
  const { journal, root, again } = await temporaryJournal();
  await journal.writeTurn('one', anEntry());
  const leftovers = ['session.json.0a1b2c.tmp', `turns/${anEntry().turnId}.json.0a1b2c.tmp`];
  for (const name of leftovers) await writeFile(join(root, 'one', name), '{"half":');
  expect(await again().openTurns('one')).toEqual([anEntry()]);
  const names = await readdir(join(root, 'one'), { recursive: true });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

describe('an entry that can’t be read', () => {
  test.each([
    ['torn', '{"turnId":"1b9d'],
    ['empty', ''],
    ['of another shape', '{"turnId":"1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed","state":"dancing"}'],
  ])('is an error that names the file and what to do: %s', async (_what, text) => {
    const { journal, root } = await temporaryJournal();
    const { turnId } = anEntry();
    await journal.writeTurn('one', anEntry());
    await writeFile(join(root, 'one', 'turns', `${turnId}.json`), text);
    const file = join(root, 'one', 'turns', `${turnId}.json`);
    await expect(journal.readTurn('one', turnId)).rejects.toMatchObject({
      code: 'shim_error',
      detail: `the journal entry ${file} can't be read; start over, or move it away`,
    });
  });
});

describe('a turn that can’t be read', () => {
  test.each([
    ['zeros', '\0'.repeat(300)],
    ['empty', ''],
    ['a newer version’s', '{"turnId":"1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed","state":"dreaming"}'],
    ['a directory', null],
  ])('is skipped and reported among the others: %s', async (_what, text) => {
    const { journal, root, again } = await temporaryJournal();
    const other = anEntry({ turnId: randomUUID(), acceptedAt: 2 });
    await journal.writeTurn('one', other);
    const file = join('one', 'turns', `${anEntry().turnId}.json`);
    if (text === null) await mkdir(join(root, file));
    else await writeFile(join(root, file), text);
    expect(await again().openTurns('one')).toEqual([other]);
    expect(await again().lastTurn('one')).toEqual(other);
    expect(await again().prune('one', 5)).toEqual([]);
    await expect(again().readTurn('one', anEntry().turnId)).rejects.toMatchObject({ code: 'shim_error' });
    expect(await again().unreadable()).toEqual([file]);
    expect(await again().isSound('one')).toBe(true);
  });
});

describe('a disk that fails to write', () => {
  test('is an error, and the earlier entry is still there', async () => {
    const { journal, root } = await temporaryJournal();
    await journal.writeTurn('one', anEntry({ state: 'delivering' }));
    const { turnId } = anEntry();
    // A directory in the way of the rename fails like a full disk does: after the temporary file was made.
    const blocked = anEntry({ turnId: randomUUID() });
    await mkdir(join(root, 'one', 'turns', `${blocked.turnId}.json`));
    await expect(journal.writeTurn('one', blocked)).rejects.toMatchObject({
      code: 'shim_error',
      detail: expect.stringMatching(/^the host can't write its journal \(EISDIR\): check its state directory$/),
    });
    expect(JSON.parse(await readFile(join(root, 'one', 'turns', `${turnId}.json`), 'utf8'))).toEqual(
      anEntry({ state: 'delivering' }),
    );
    expect((await readdir(join(root, 'one', 'turns'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

test('an invalid name never becomes a path', async () => {
  const { journal, root } = await temporaryJournal();
  for (const name of ['../out', '.', 'A', 'a/b', '']) {
    await expect(journal.writeTurn(name, anEntry())).rejects.toMatchObject({ code: 'bad_request' });
    await expect(journal.openTurns(name)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(journal.readTurn(name, anEntry().turnId)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(journal.readSession(name)).rejects.toMatchObject({ code: 'bad_request' });
  }
  await expect(journal.readTurn('one', '../session')).rejects.toMatchObject({ code: 'bad_request' });
  await journal.sessions();
  await mkdir(join(root, 'Not-A-Session'));
  expect(await journal.sessions()).toEqual([]);
});
