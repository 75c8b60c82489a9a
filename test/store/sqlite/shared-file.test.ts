/** One connection for writes that are synced and for those that need not be: none is ever synced less than it should be. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../../src/store/sqlite/database.ts';
import { shareFile } from '../../../src/store/sqlite/shared-file.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const FULL = 2;
const NORMAL = 1;

async function opened() {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const file = shareFile();
  const name = join(path, 'test.db');
  const full = file.writer('full')(name, ['journal_mode = wal']);
  const normal = file.writer('normal')(name, []);
  const reader = file.reader(name, ['query_only = on']);
  onTestFinished(() => {
    for (const one of [full, normal, reader]) one.close();
  });
  full.exec('create table notes (text)');
  return { full, normal, reader };
}

const modeOf = async (writer: Database) => {
  const { rows } = await writer.run<{ synchronous: number }>({ sql: 'pragma synchronous', parameters: [] });
  return rows[0]?.synchronous;
};
const notes = async (reader: Database) => {
  return (await reader.run<{ text: string }>({ sql: 'select text from notes', parameters: [] })).rows.map(
    ({ text }) => text,
  );
};

test('each transaction is synced as its own writer says, whatever was written before', async () => {
  const { full, normal } = await opened();
  const modes: unknown[] = [];
  for (const writer of [full, normal, full, full, normal]) {
    writer.exec('begin immediate');
    modes.push(await modeOf(writer));
    writer.exec('commit');
  }
  expect(modes).toEqual([FULL, NORMAL, FULL, FULL, NORMAL]);
});

test('so is a write outside of a transaction', async () => {
  const { full, normal } = await opened();
  normal.exec("insert into notes values ('relaxed')");
  expect(await modeOf(normal)).toBe(NORMAL);
  full.exec("insert into notes values ('synced')");
  expect(await modeOf(full)).toBe(FULL);
});

test('a reader sees what is committed and nothing else, also while a transaction is open', async () => {
  const { full, reader } = await opened();
  full.exec("insert into notes values ('before')");
  full.exec('begin immediate');
  full.exec("insert into notes values ('within')");
  expect(await notes(reader)).toEqual(['before']);
  full.exec('commit');
  expect(await notes(reader)).toEqual(['before', 'within']);
});

test('the connection is closed with the last of its writers', async () => {
  const { full, normal } = await opened();
  full.close();
  normal.exec("insert into notes values ('still open')");
  expect(await notes(normal)).toEqual(['still open']);
});
