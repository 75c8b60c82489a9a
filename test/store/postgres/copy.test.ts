import { Kysely } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { copyStore, openStore } from '../../../src/store/open.ts';
import { postgresDialect } from '../../../src/store/postgres/dialect.ts';
import type { Store } from '../../../src/store/store.ts';
import { sharedServer } from '../../support/postgres.ts';
import { aTurn, aUser, temporarySqliteStore } from '../temporary-store.ts';

test('a copy has everything that the file has, and goes on where the file ended', async () => {
  const { store: before, file } = await temporarySqliteStore();
  const [anna, bert] = [await aUser(before, 'anna'), await aUser(before, 'bert')];
  for (let count = 0; count < 45; count++) {
    const { turnId, ...turn } = aTurn(count % 2 ? anna : bert, { message: `Frage ${count}: Fälle C-2024/${count}?` });
    await before.turns.insert({ turnId, ...turn });
    const events = [{ turnId, userId: turn.userId, at: 5, event: { type: 'chunk', offset: 0, text: 'x' } as const }];
    const change = { status: 'completed', response: 'Zwölf 🙂', finishedAt: 9, durationMs: 3 } as const;
    await before.turns.write([{ turnId, change, events }]);
  }
  await before.users.setQuota(anna.user.id, 90, { actor: 'cli', at: 7 });
  expect(await before.events.prune(10)).toBe(45);
  const url = await (await sharedServer()).emptyDatabase();

  const copied = await copyStore(file, url);
  expect(copied).toMatchObject({ users: 2, turns: 45, audit_log: 91, audit_head: 1 });
  const after = await openStore({ url, file: 'unused' });
  onTestFinished(() => after.close());
  const all = async (store: Store) => ({
    users: await store.users.overview(0),
    sessions: await store.sessions.list(),
    turns: await store.turns.history({ userId: anna.user.id, limit: 100 }),
    found: await store.turns.list({ search: 'fälle c-2024', limit: 100 }),
    stats: await store.turns.stats({ from: 0, to: 3_600_000, bucketMs: 3_600_000 }),
    events: await store.events.changes({ after: 0, limit: 1000 }),
    audit: await store.audit.list({ limit: 1000 }),
    check: await store.audit.verify({ contents: true }),
  });
  const [one, other] = [await all(before), await all(after)];
  expect(other).toEqual(one);
  expect(other.found).toHaveLength(45);
  expect(other.check.broken).toBeNull();

  const next = await after.turns.insert(aTurn(anna));
  expect(next).toMatchObject({ inserted: true });
  const [event] = (await after.events.changes({ after: one.events.next, limit: 10 })).events;
  expect(event?.id).toBeGreaterThan(await before.events.lastId());
  await expect(copyStore(file, url)).rejects.toMatchObject({ code: 'conflict' });
  expect(await after.turns.list({ limit: 100 })).toHaveLength(46);
});

test('a copy has every table, and webhooks go on after the last event that they were told of', async () => {
  const { store: before, file } = await temporarySqliteStore();
  await before.webhooks.enqueue([], 7);
  const url = await (await sharedServer()).emptyDatabase();
  const opened = await openStore({ url, file: 'unused' });
  await opened.check(); // as `doctor` and a gateway do
  await opened.close();
  const copied = Object.keys(await copyStore(file, url));
  const after = await openStore({ url, file: 'unused' });
  onTestFinished(() => after.close());
  expect(await after.webhooks.cursor()).toBe(7);
  const db = new Kysely<unknown>({ dialect: postgresDialect(url, { most: 1, statementMs: 0 }) });
  onTestFinished(() => db.destroy());
  const tables = (await db.introspection.getTables()).map(({ name }) => name);
  // Made from the turns, and counts of one minute.
  const made = ['turn_text', 'request_counts'];
  expect(copied.toSorted()).toEqual(tables.filter((name) => !made.includes(name)).toSorted());
});

test('a file whose audit log was changed is copied as it is, and the change is still found', async () => {
  const { DatabaseSync } = await import('node:sqlite');
  const { store, file } = await temporarySqliteStore();
  const who = await aUser(store);
  for (let count = 0; count < 3; count++) await store.turns.insert(aTurn(who));
  const db = new DatabaseSync(file);
  db.exec(`update turns set message = 'What I never asked' where seq = 2`);
  db.close();
  const url = await (await sharedServer()).emptyDatabase();
  await copyStore(file, url);
  const copy = await openStore({ url, file: 'unused' });
  onTestFinished(() => copy.close());
  expect(await copy.audit.verify({ contents: true })).toMatchObject({ broken: { seq: 2 } });
});
