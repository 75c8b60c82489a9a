/** A database of any earlier version opens with all its data. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../../src/store/migrations/migrate.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { temporaryDirectory } from '../temporary-store.ts';
import { anOldTurn, oldDatabase } from './old-database.ts';

async function updated(last: string, fill: (db: Kysely<unknown>) => Promise<void> = anOldTurn) {
  const file = join(await temporaryDirectory(), 'paliadin.db');
  await oldDatabase(file, last, fill);
  const store = await openSqliteStore(file);
  onTestFinished(() => store.close());
  return { store, file };
}

function look(file: string, query: string): unknown[] {
  const db = new DatabaseSync(file);
  try {
    return db.prepare(query).all();
  } finally {
    db.close();
  }
}

const schemaOf = (file: string) =>
  look(file, 'select type, name, tbl_name, sql from sqlite_schema order by type, name');

describe.each(Object.keys(migrations))('a database migrated up to %s', (last) => {
  test('keeps its turns, and they can be found and counted', async () => {
    const { store } = await updated(last);
    expect(await store.turns.get('t')).toMatchObject({ message: 'What is due?', response: 'The overdue cases.' });
    expect(await store.turns.list({ limit: 10, search: 'overdue' })).toMatchObject([{ turnId: 't' }]);
    const { total } = await store.turns.stats({ from: 0, to: 3_600_000, bucketMs: 3_600_000 });
    // What was not counted when it was written is counted by the migration that began to count.
    const counted = last < '0005' ? { turns: 1, byTool: { search: 1 }, allowed: 1 } : { turns: 0 };
    expect(total).toMatchObject(counted);
  });

  test('gets the same schema as a new one', async () => {
    const { file } = await updated(last);
    const fresh = join(await temporaryDirectory(), 'paliadin.db');
    await (await openSqliteStore(fresh)).close();
    expect(schemaOf(file)).toEqual(schemaOf(fresh));
  });
});

test('unused columns are dropped, and a turn’s other data is kept', async () => {
  const { store, file } = await updated('0006-session-keys', async (db) => {
    await anOldTurn(db);
    await sql`update turns set lease_owner = 'a', lease_expires_at = 1, page_origin = 'https://app.example/'`.execute(
      db,
    );
  });
  const columns = look(file, "select name from pragma_table_info('turns')").map(
    (row) => (row as { name: string }).name,
  );
  expect(columns.filter((name) => name.startsWith('lease'))).toEqual([]);
  expect(await store.turns.get('t')).toMatchObject({ pageOrigin: 'https://app.example/', fence: 1 });
});

test('triggers keep the audit log of an older version append-only', async () => {
  const { file } = await updated('0006-session-keys', async (db) => {
    await sql`insert into audit_log (seq, at, actor, action, detail, previous, hash)
      values (1, 1, 'u', 'turn.accepted', '{}', '', 'h')`.execute(db);
  });
  for (const change of [`update audit_log set actor = 'x'`, 'delete from audit_log']) {
    expect(() => look(file, change)).toThrow('the audit log is only added to');
  }
  expect(look(file, 'select seq, hash from audit_log')).toEqual([{ seq: 1, hash: 'h' }]);
});

test('browser sessions from before session keys are recognised, but refused', async () => {
  const { store } = await updated('0005-owner-view', async (db) => {
    await anOldTurn(db);
    await sql`insert into browser_sessions (hash, user_id, created_at, expires_at) values ('old', 'u', 1, 9)`.execute(
      db,
    );
  });
  const { signIn } = store;
  expect(await signIn.hasSessionWithoutKey(['old'])).toBe(true);
  expect(await signIn.byBrowserSession({ hashes: ['old'], keyHash: '' }, 2)).toBeNull();
  expect(await signIn.countBrowserSessions('u', 2)).toBe(0);
});
