import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { SESSION_PATTERN } from '../../src/contract/names.ts';
import type { AgentSession } from '../../src/contract/records/session.ts';
import type { Store } from '../../src/store/store.ts';
import { titleOf } from '../../src/store/title.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

const BY = { actor: 'cli', at: 5 };

function begin(store: Store, user: { id: string }, with_: { at?: number; most?: number; title?: string } = {}) {
  const { at = 5, most = 1000, title = null } = with_;
  return store.conversations.create(user, { prefix: 'test', host: 'local', title, most }, { actor: user.id, at });
}

async function finish(store: Store, turnId: string, at: number): Promise<void> {
  await store.turns.write([{ turnId, change: { status: 'completed', finishedAt: at, response: 'x' }, events: [] }]);
}

test('the first conversation has the session’s name, later ones a number, and no number is given twice', async () => {
  const { store } = await temporaryStore();
  const { user, session } = await aUser(store);
  expect((await begin(store, user)).name).toBe(`${session.name}-2`);
  await store.conversations.remove(`${session.name}-2`, BY);
  await store.conversations.remove(session.name, BY);
  expect((await begin(store, user)).name).toBe(`${session.name}-3`);
  expect(await store.sessions.byUser(user.id)).toMatchObject({ name: `${session.name}-3` });
});

test('users whose ids begin alike never share a name', async () => {
  const ids = ['12345678-0000-4000-8000-000000000000', '12345678-1111-4000-8000-000000000000'];
  const { store } = await temporaryStore({ newId: () => ids.shift() ?? randomUUID() });
  const [anna, bert] = [await aUser(store, 'anna'), await aUser(store, 'bert')];
  const made: AgentSession[] = [await begin(store, anna.user), await begin(store, bert.user)];
  const names = [anna.session, bert.session, ...made].map(({ name }) => name);
  expect(names).toEqual(['test-12345678', 'test-123456781', 'test-12345678-2', 'test-123456781-2']);
  expect(names.every((name) => SESSION_PATTERN.test(name))).toBe(true);
});

test('conversations that are begun at once keep to the limit', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => begin(store, user, { most: 4 })));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conversation_limit' } });
});

test('the list is in the order of use, with what happens in each, and without other users’', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store, 'anna');
  await aUser(store, 'bert');
  const second = await begin(store, anna.user, { at: 2 });
  const [answered, waiting, queued] = [
    aTurn(anna, { startedAt: 10 }),
    aTurn({ ...anna, session: second }, { startedAt: 20, message: 'Second?' }),
    aTurn({ ...anna, session: second }, { startedAt: 21 }),
  ];
  for (const turn of [answered, waiting, queued]) await store.turns.insert(turn);
  await finish(store, answered.turnId, 11);
  await store.turns.write([{ turnId: waiting.turnId, change: { status: 'waiting' }, events: [] }]);
  const list = async (more: object = {}) =>
    (await store.conversations.list({ userId: anna.user.id, archived: false, limit: 10, ...more })).conversations;
  expect(await list()).toMatchObject([
    { name: second.name, title: 'Second?', state: 'waiting', finishedAt: null },
    { name: anna.session.name, title: 'How many cases are open?', state: 'idle', finishedAt: 11, seenAt: 0 },
  ]);
  await store.conversations.change(anna.session.name, { seen: true, archived: true }, BY);
  expect((await list()).map(({ name }) => name)).toEqual([second.name]);
  expect(await list({ archived: true })).toMatchObject([{ name: anna.session.name, archivedAt: 5, seenAt: 5 }]);
  expect((await list({ search: 'CAS' })).map(({ name }) => name)).toEqual([anna.session.name]);
  expect(await list({ search: '…' })).toEqual([]);
});

test('deleting takes the turns, the title and the name; a question that comes then is refused', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store);
  const second = { ...anna, session: await begin(store, anna.user) };
  const [mine, gone] = [aTurn(anna), aTurn(second)];
  for (const turn of [mine, gone]) await store.turns.insert(turn);
  await expect(store.conversations.remove(second.session.name, BY, { unlessOpen: true })).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(await store.conversations.remove(second.session.name, BY)).toMatchObject({ turns: 1 });
  expect(await store.turns.get(gone.turnId)).toBeNull();
  expect(await store.turns.get(mine.turnId)).not.toBeNull();
  await expect(store.turns.insert(aTurn(second))).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.conversations.deleted()).toEqual([{ name: second.session.name, host: 'local' }]);
  await store.conversations.forgotten(second.session.name, 'local');
  expect(await store.conversations.deleted()).toEqual([]);
  expect(await store.audit.verify({ contents: true })).toMatchObject({ broken: null });
});

test('where a conversation has been before it moved is deleted too', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store);
  const turn = aTurn(anna);
  await store.turns.insert(turn);
  await finish(store, turn.turnId, 2);
  await store.sessions.move(anna.session.name, { from: 'local', to: 'desk', because: 'asked' }, BY);
  await store.users.remove(anna.user.id, BY);
  const left = (await store.conversations.deleted()).map(({ host }) => host);
  expect(left.sort()).toEqual(['desk', 'local']);
});

test('retention deletes a title with its question, and one that its user wrote with the last use', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store);
  const [old, recent] = [aTurn(anna, { startedAt: 10 }), aTurn(anna, { startedAt: 100, message: 'Later?' })];
  for (const turn of [old, recent]) await store.turns.insert(turn);
  for (const { turnId, startedAt } of [old, recent]) await finish(store, turnId, startedAt + 1);
  const written = await begin(store, anna.user, { at: 10, title: 'Written' });
  const titles = async () =>
    Object.fromEntries((await store.sessions.list()).map(({ name, title }) => [name, title] as const));
  await store.turns.deleteOld(5, 10, BY);
  expect(await titles()).toEqual({ [anna.session.name]: 'How many cases are open?', [written.name]: 'Written' });
  await store.turns.deleteOld(50, 10, BY);
  expect(await titles()).toEqual({ [anna.session.name]: null, [written.name]: null });
});

test.each([
  ['Which cases are due?', 'Which cases are due?'],
  ['  two\nlines\tand  more ', 'two lines and more'],
  ['x'.repeat(200), `${'x'.repeat(79)}…`],
  [`${'word '.repeat(30)}`, `${'word '.repeat(15).trim()}…`],
  ['👩‍👩‍👧'.repeat(100), `${'👩‍👩‍👧'.repeat(75)}`],
])('a title is one line of the question: %s', (message, title) => {
  expect(titleOf(message)).toBe(title);
});
