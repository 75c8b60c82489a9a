/** The list of hosts, and what a session's move leaves behind. */
import { expect, test } from 'vitest';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

const BY = { actor: 'cli', at: 7 };
const files = { keyFile: '/keys/key', knownHostsFile: '/keys/known_hosts' };
const laptop = { name: 'laptop', user: 'anna', address: 'laptop.example', port: 22, ...files };
const way = { from: 'local', to: 'laptop', because: 'asked' } as const;

test('a host is added once, enabled, and without a place in the order', async () => {
  const { store } = await temporaryStore();
  const added = { ...laptop, preference: null, enabled: true, draining: false, addedAt: 7 };
  expect(await store.hosts.add(laptop, BY)).toEqual(added);
  await expect(store.hosts.add(laptop, BY)).rejects.toMatchObject({ code: 'conflict' });
  expect(await store.hosts.list()).toEqual([added]);
  expect(await store.audit.list({ limit: 9 })).toMatchObject([{ action: 'host.added', detail: { host: 'laptop' } }]);
});

test('the preferred hosts come first, in the order that was given', async () => {
  const { store } = await temporaryStore();
  for (const name of ['a', 'b', 'c']) await store.hosts.add({ ...laptop, name }, BY);
  await store.hosts.prefer(['c', 'b'], BY);
  expect((await store.hosts.list()).map(({ name, preference }) => [name, preference])).toEqual([
    ['c', 1],
    ['b', 2],
    ['a', null],
  ]);
  await expect(store.hosts.prefer(['a', 'nobody'], BY)).rejects.toMatchObject({ code: 'not_found' });
  expect((await store.hosts.list())[0]).toMatchObject({ name: 'c', preference: 1 });
});

test('a host on which a turn is open is not removed', async () => {
  const { store } = await temporaryStore();
  await store.hosts.add(laptop, BY);
  const someone = await aUser(store);
  const turn = aTurn(someone, { host: 'laptop' });
  await store.turns.insert(turn);
  await expect(store.hosts.remove('laptop', BY)).rejects.toMatchObject({ code: 'conflict' });
  await store.turns.write([{ turnId: turn.turnId, change: { status: 'cancelled', finishedAt: 9 }, events: [] }]);
  await store.hosts.remove('laptop', BY);
  expect(await store.hosts.list()).toEqual([]);
  await expect(store.hosts.remove('laptop', BY)).rejects.toMatchObject({ code: 'not_found' });
});

test('the open turns of a disabled host are to be stopped, like those of a disabled user', async () => {
  const { store } = await temporaryStore();
  for (const name of ['laptop', 'desk']) await store.hosts.add({ ...laptop, name }, BY);
  const [here, there] = [await aUser(store), await aUser(store)];
  const turn = aTurn(here, { host: 'laptop' });
  await store.turns.insert(turn);
  await store.turns.insert(aTurn(there, { host: 'desk' }));
  expect(await store.hosts.change('laptop', { enabled: false }, BY)).toMatchObject({ enabled: false });
  expect(await store.turns.openOfDisabled()).toEqual([turn.turnId]);
});

test('the turns that wait in the queue of a session move with it', async () => {
  const { store } = await temporaryStore();
  const someone = await aUser(store);
  const [first, second] = [aTurn(someone), aTurn(someone)];
  for (const turn of [first, second]) await store.turns.insert(turn);
  await store.turns.write([{ turnId: first.turnId, change: { status: 'running' }, events: [] }]);
  const { name } = someone.session;
  await expect(store.sessions.move(name, { ...way, unlessOpen: true }, BY)).rejects.toMatchObject({ code: 'conflict' });
  expect(await store.sessions.get(name)).toMatchObject({ host: 'local', generation: 1, movedIn: null });
  await store.sessions.move(name, way, BY);
  expect(await store.turns.get(first.turnId)).toMatchObject({ host: 'local', generation: 1 });
  expect(await store.turns.get(second.turnId)).toMatchObject({ host: 'laptop', generation: 2 });
});
