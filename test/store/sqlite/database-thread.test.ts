/** A connection in a worker thread: real threads, on a real file. */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DatabaseThread, type ThreadOptions } from '../../../src/store/sqlite/database-thread.ts';
import { temporaryDirectory } from '../temporary-store.ts';

// Counts to more than anybody waits for; a thread ends between two calls of a function only.
const COUNT = 'with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as most from n';
const ENDLESS = `${COUNT} where look_for('[]') < 1`;

async function started(options?: ThreadOptions) {
  const thread = new DatabaseThread(options);
  onTestFinished(() => thread.close());
  const file = join(await temporaryDirectory(), 'some.db');
  const open = () => thread.open(file, ['journal_mode = wal']);
  const database = open();
  await database.exec('create table t (x)');
  const all = async (sql: string, ...parameters: unknown[]) => (await database.run({ sql, parameters })).rows;
  return { thread, open, database, all };
}

test('a database thread returns rows and counts, and errors with SQLite’s number', async () => {
  const { database, all } = await started();
  const insert = { sql: 'insert into t values (?), (?)', parameters: ['ä', 7] };
  expect(await database.run(insert)).toMatchObject({ numAffectedRows: 2n, insertId: 2n });
  expect(await all('select x from t order by rowid')).toEqual([{ x: 'ä' }, { x: 7 }]);
  await expect(database.exec('delete from absent')).rejects.toMatchObject({
    message: 'no such table: absent',
    errcode: 1,
  });
});

test('a long query in a database thread does not block this thread', async () => {
  const { database } = await started({ deadlineMs: 60_000 });
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  onTestFinished(() => clearInterval(counting));
  await database.run({ sql: COUNT.replace('from n)', 'from n where i < 3000000)'), parameters: [] });
  expect(turns).toBeGreaterThan(10);
});

test('a search reads much more text than fits in the thread’s memory', { timeout: 120_000 }, async () => {
  const { database, all } = await started();
  await database.exec('create table turns (seq integer primary key, message text, response text)');
  // 120 answers of a megabyte each, as JavaScript holds them.
  await database.exec(`insert into turns with recursive n(i) as (select 1 union all select i + 1 from n where i < 120)
    select i, 'question ' || i, replace(hex(zeroblob(500000)), '00', '語') from n`);
  const search = `select seq from turns where has_words((select look_for('["question 119"]')), turns.seq)`;
  expect(await all(search)).toEqual([{ seq: 119 }]);
});

test('a query past its deadline fails with those queued as long, and a later one is answered', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { thread, all } = await started({ deadlineMs: 10_000, tooLong: () => new Error('too long') });
  const before = thread.worker;
  const tooLate = Promise.allSettled([all(ENDLESS), all('select 1')]);
  vi.advanceTimersByTime(5_000);
  const later = all('select count(*) as n from t');
  vi.advanceTimersByTime(5_000);
  expect((await tooLate).map((one) => one.status === 'rejected' && one.reason.message)).toEqual([
    'too long',
    'too long',
  ]);
  expect(await later).toEqual([{ n: 0 }]);
  expect(thread.worker).not.toBe(before);
});

test('when its thread ends within a transaction, all of the transaction is rolled back', async () => {
  const { thread, database, all } = await started();
  await database.exec('begin immediate');
  await database.exec('insert into t values (1)');
  expect(database.inTransaction).toBe(true);
  await thread.worker?.terminate();
  await expect(database.exec('insert into t values (2)')).rejects.toThrow('has ended');
  expect(database.inTransaction).toBe(false);
  expect(await all('select x from t')).toEqual([]);
});

test('a query after the idle thread ended starts a new one', async () => {
  const { thread, all, database } = await started({ idleMs: 1 });
  await new Promise((resolve) => thread.worker?.once('exit', resolve));
  expect(await all('select count(*) as n from t')).toEqual([{ n: 0 }]);
  await new Promise((resolve) => thread.worker?.once('exit', resolve));
  await database.close(); // which begins none
});

test('closing answers every waiting query with an error', async () => {
  const { thread, all } = await started();
  const asked = [all(ENDLESS), all('select 1')].map((one) =>
    one.then(
      () => 'answered',
      (error: Error) => error.message,
    ),
  );
  void thread.close();
  expect(await Promise.all(asked)).toEqual(Array(2).fill('the thread that has the database open has ended'));
});
