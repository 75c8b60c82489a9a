/** What the tables themselves refuse, and what searches do. */
import { Kysely, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { aTurn, aUser, temporaryDatabase, temporaryStore } from '../temporary-store.ts';

test('triggers keep the audit log append-only', async () => {
  const { store, database } = await temporaryStore();
  await store.turns.insert(aTurn(await aUser(store)));
  const db = new Kysely<unknown>({ dialect: database.dialect() });
  onTestFinished(() => db.destroy());
  const row = sql`'cli', 'link.created', '{}', '', 'h'`;
  for (const change of [
    sql`update audit_log set actor = 'x'`,
    sql`delete from audit_log`,
    sql`truncate audit_log`,
    sql`insert into audit_log (seq, at, actor, action, detail, previous, hash) values (9, 1, ${row})`,
    sql`insert into audit_log (seq, at, actor, action, detail, previous, hash) values (2, 1, ${row}), (2, 1, ${row})`,
  ]) {
    await expect(change.execute(db)).rejects.toThrow('the audit log is only added to');
  }
  expect(await store.audit.verify({ contents: true })).toMatchObject({ rows: 1, broken: null });
});

test('an answer with more different words than the index holds is still found by each of them', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  const response = Array.from({ length: 150_000 }, (_, at) => `word${at}`).join(' ');
  await store.turns.write([{ turnId: turn.turnId, change: { response }, events: [] }]);
  await store.turns.insert(aTurn(who, { message: 'another' }));
  for (const search of ['word0', 'word149999', 'word149998 149999', 'word149998 word149999', 'cases word7']) {
    const found = await store.turns.list({ limit: 5, search });
    expect([search, found.length]).toEqual([search, search.includes(' 149999') ? 0 : 1]);
  }
});

test('a search past its deadline fails and says what to do', async () => {
  const database = await temporaryDatabase();
  const store = await database.open();
  const who = await aUser(store);
  const message = '案件'.repeat(50_000);
  for (let count = 0; count < 10; count++) await store.turns.insert(aTurn(who, { message }));
  const hasty = await database.open({ searching: { deadlineMs: 1 } });
  await expect(hasty.turns.list({ limit: 10, search: '件件' })).rejects.toMatchObject({
    code: 'bad_request',
    detail: expect.stringMatching(/^search: not done within .*name a person/),
  });
  expect(await hasty.turns.list({ limit: 10 })).toHaveLength(10);
});

test('a deleted turn leaves no words behind', async () => {
  const { store, database } = await temporaryStore();
  const who = await aUser(store);
  const turn = aTurn(who, { message: 'Rumpelstilzchen' });
  await store.turns.insert(turn);
  await store.turns.write([{ turnId: turn.turnId, change: { status: 'completed', finishedAt: 1 }, events: [] }]);
  await store.users.remove(who.user.id, { actor: 'cli', at: 2 });
  const db = new Kysely<unknown>({ dialect: database.dialect() });
  onTestFinished(() => db.destroy());
  expect((await sql`select * from turn_text`.execute(db)).rows).toEqual([]);
});
