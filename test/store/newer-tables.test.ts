/** Gateways are updated one after the other: for a while an older one uses tables that a newer one has changed. */
import { Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import { expect, onTestFinished, test } from 'vitest';
import { migrations, OLDEST, OLDEST_ROW } from '../../src/store/migrations/migrate.ts';
import { harmOf } from './only-adds.ts';
import { aTurn, aUser, type TemporaryDatabase, temporaryDatabase } from './temporary-store.ts';

function raw(database: TemporaryDatabase): Kysely<unknown> {
  const db = new Kysely<unknown>({ dialect: database.dialect() });
  onTestFinished(() => db.destroy());
  return db;
}

/** As a version after this one would, which says that it can live with gateways that know the migration of this number. */
async function updateTables(db: Kysely<unknown>, oldest: number): Promise<void> {
  for (const table of ['turns', 'users', 'agent_sessions', 'turn_events', 'audit_log', 'hosts']) {
    await sql`alter table ${sql.table(table)} add column later text`.execute(db);
  }
  await sql`alter table turns add column counted integer not null default 0`.execute(db);
  await sql`create table later_things (id integer primary key)`.execute(db);
  await sql`create index turns_later on turns (later)`.execute(db);
  const now = new Date().toISOString();
  await sql`insert into ${sql.table(DEFAULT_MIGRATION_TABLE)} (name, timestamp) values ('9999-later', ${now})`.execute(
    db,
  );
  await sql`update counters set value = ${oldest} where name = ${OLDEST_ROW}`.execute(db);
}

const NEWEST = Number.parseInt(Object.keys(migrations).at(-1) as string, 10);

test('an open store goes on when a newer version adds to its tables, and can be opened again', async () => {
  const database = await temporaryDatabase();
  const before = await database.open();
  const somebody = await aUser(before, 'anna');
  const { turn } = await before.turns.insert(aTurn(somebody, { message: 'before' }));
  await updateTables(raw(database), NEWEST);
  const change = { status: 'completed', response: 'an answer', finishedAt: 2000, durationMs: 1000 } as const;
  const about = { turnId: turn.turnId, userId: turn.userId, at: 2000 };
  const finished = { ...about, event: { type: 'finished' as const, status: 'completed' as const } };
  await before.turns.write([{ turnId: turn.turnId, change, events: [finished] }]);
  for (const store of [before, await database.open()]) {
    const other = await aUser(store);
    const { turn: next } = await store.turns.insert(aTurn(other, { message: 'after' }));
    expect(await store.turns.get(next.turnId)).toEqual(next);
    expect(await store.turns.get(turn.turnId)).toMatchObject(change);
    expect((await store.turns.list({ limit: 5, search: 'answer' })).map(({ turnId }) => turnId)).toEqual([turn.turnId]);
    expect((await store.turns.history({ userId: turn.userId, limit: 5 })).turns).toHaveLength(1);
    expect(await store.turns.stats({ from: 0, to: 3_600_000, bucketMs: 3_600_000 })).toMatchObject({
      total: { byStatus: { completed: 1 } },
    });
    expect((await store.sessions.startOver(other.session.name, { actor: 'cli', at: 1 })).generation).toBe(2);
    await store.hosts.add(
      { name: other.user.id, user: 'm', address: 'h', port: 22, keyFile: '/k', knownHostsFile: '/n' },
      { actor: 'cli', at: 1 },
    );
    expect(await store.audit.verify({ contents: true })).toMatchObject({ broken: null });
    await store.check();
  }
});

test('tables that a newer version has changed too much are refused, and left unchanged', async () => {
  const database = await temporaryDatabase();
  await database.open();
  await updateTables(raw(database), NEWEST + 1);
  await expect(database.open()).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringMatching(/newer version of Paliadin made these tables \(9999-later is not known here/),
  });
});

const LATER = Object.keys(migrations).filter((name) => Number.parseInt(name, 10) > OLDEST);

test(`what came after migration ${OLDEST} only adds to the tables`, async () => {
  const db = raw(await temporaryEmpty());
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const first = Object.keys(migrations).find((_, at, all) => Number.parseInt(all[at + 1] ?? '999', 10) > OLDEST);
  expect((await migrator.migrateTo(first as string)).error).toBeUndefined();
  let before = await db.introspection.getTables();
  for (const name of LATER) {
    expect((await migrator.migrateTo(name)).error).toBeUndefined();
    const after = await db.introspection.getTables();
    expect([name, harmOf(before, after)]).toEqual([name, []]);
    before = after;
  }
});

test('a migration that takes something away, or wants more in each row, is noticed', async () => {
  const db = raw(await temporaryEmpty());
  await sql`create table things (id integer primary key, name text, size integer)`.execute(db);
  await sql`create table others (id integer primary key)`.execute(db);
  const before = await db.introspection.getTables();
  await sql`drop table others`.execute(db);
  await sql`alter table things drop column size`.execute(db);
  await sql`create table things2 (id integer primary key, name text, needed text not null)`.execute(db);
  const after = await db.introspection.getTables();
  expect(harmOf(before, after).toSorted()).toEqual(['others is gone', 'things.size is gone']);
  const replaced = after
    .filter(({ name }) => name !== 'things')
    .map((table) => (table.name === 'things2' ? { ...table, name: 'things' } : table));
  expect(harmOf(after, replaced)).toContain('things.needed is needed in each new row');
});

/** Without any tables. */
async function temporaryEmpty(): Promise<TemporaryDatabase> {
  return await temporaryDatabase({ tables: false });
}
