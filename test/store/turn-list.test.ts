import { expect, test } from 'vitest';
import type { NewTurn, TurnChange } from '../../src/contract/records/turn.ts';
import type { Store } from '../../src/store/store.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

type Query = Parameters<Store['turns']['list']>[0];

test('each filter selects what it names, and several must all match', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const a = await put(store, one, { startedAt: 10 }, { status: 'completed', classifierTag: 'lookup' });
  const b = await put(store, other, { startedAt: 20 }, { status: 'failed', errorCode: 'timeout' });
  const c = await put(
    store,
    one,
    { startedAt: 30 },
    { status: 'failed', errorCode: 'agent_error', classifierTag: 'lookup' },
  );
  const d = await put(store, other, { startedAt: 40 });
  const ids = async (query: Partial<Query>) =>
    (await store.turns.list({ limit: 10, ...query })).map(({ turnId }) => turnId);
  expect(await ids({})).toEqual([d, c, b, a]);
  expect(await ids({ userId: one.user.id })).toEqual([c, a]);
  expect(await ids({ status: 'failed' })).toEqual([c, b]);
  expect(await ids({ status: 'open' })).toEqual([d]);
  expect(await ids({ code: 'timeout' })).toEqual([b]);
  expect(await ids({ tag: 'lookup' })).toEqual([c, a]);
  expect(await ids({ from: 20, to: 40 })).toEqual([c, b]);
  expect(await ids({ tag: 'lookup', status: 'failed', userId: one.user.id, from: 30 })).toEqual([c]);
  expect(await ids({ tag: 'lookup', code: 'timeout' })).toEqual([]);
  expect([await store.turns.countOpen(), await store.turns.countOpen(one.user.id)]).toEqual([1, 0]);
});

test('pages have no gap, even when turns have the same time or the clock was set back', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const times = [5, 5, 5, 3, 9, 9, 1, 5];
  for (const [index, startedAt] of times.entries()) await put(store, who, { startedAt, message: `common ${index}` });
  for (const filter of [{}, { search: 'common' }, { userId: who.user.id }]) {
    const whole = (await store.turns.list({ limit: 100, ...filter })).map(({ turnId }) => turnId);
    expect(whole).toHaveLength(8);
    const paged: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await store.turns.list({ limit: 3, before, ...filter });
      paged.push(...page.map(({ turnId }) => turnId));
      before = page.at(-1)?.turnId;
      if (page.length < 3) break;
    }
    expect(paged).toEqual(whole);
  }
  await expect(store.turns.list({ limit: 1, before: 'gone' })).rejects.toMatchObject({ code: 'not_found' });
});

test('a rare and a frequent word are found alike, within times, before a turn and of one person', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const turns: string[] = [];
  for (let at = 0; at < 14; at++) {
    const message = `often${at === 3 || at === 10 ? ' seldom' : ''}`;
    turns.push(await put(store, at % 2 === 0 ? one : other, { startedAt: 100 + at, message }));
  }
  const places = async (query: Partial<Query>) =>
    (await store.turns.list({ limit: 20, ...query })).map(({ turnId }) => turns.indexOf(turnId));
  expect(await places({ search: 'often' })).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  expect(await places({ search: 'often', from: 104, to: 110 })).toEqual([9, 8, 7, 6, 5, 4]);
  expect(await places({ search: 'often', before: turns[6] })).toEqual([5, 4, 3, 2, 1, 0]);
  expect(await places({ search: 'often', userId: one.user.id, limit: 3 })).toEqual([12, 10, 8]);
  for (const search of ['seldom', 'sel', 'often seldom']) {
    expect(await places({ search })).toEqual([10, 3]);
    expect(await places({ search, to: 110 })).toEqual([3]);
    expect(await places({ search, from: 104 })).toEqual([10]);
    expect(await places({ search, before: turns[10] })).toEqual([3]);
    expect(await places({ search, userId: other.user.id })).toEqual([3]);
  }
  expect(await places({ search: 'often', to: 50 })).toEqual([]);
});

test('a search within times finds the same turns as the list, however the clock was set back', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const times = [20, 24, 21, 40, 10, 12, 39, 41, 50, 45, 60];
  for (const [at, startedAt] of times.entries()) await put(store, who, { startedAt, message: `common ${at}` });
  const ids = async (query: Partial<Query>) =>
    (await store.turns.list({ limit: 20, ...query })).map(({ turnId }) => turnId).sort();
  for (let from = 9; from <= 61; from += 4) {
    for (let to = from; to <= 61; to += 3) {
      const search = 'commo';
      expect([from, to, await ids({ search, from, to })]).toEqual([from, to, await ids({ from, to })]);
      expect(await ids({ search, from })).toEqual(await ids({ from }));
      expect(await ids({ search, to })).toEqual(await ids({ to }));
    }
  }
});

test('a beginning of very many words finds them all', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const words = Array.from({ length: 200 }, (_, at) => `sta${at.toString(36)}`);
  for (const word of words) await put(store, who, { message: `${word} stop` });
  const count = async (search: string) => (await store.turns.list({ limit: 500, search })).length;
  expect(await count('sta')).toBe(200);
  expect(await count('sta1 stop')).toBe(words.filter((word) => word.startsWith('sta1')).length);
  expect(await count('st')).toBe(0);
  expect(await count('star')).toBe(1);
  expect(await count('stax')).toBe(1);
  expect(await count('stay0')).toBe(0);
});

test('text is found by word prefixes in question and answer, whatever operators the search has', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const a = await put(
    store,
    who,
    { message: 'Welche Fälle verjähren bald?' },
    { response: 'Akte C-2024-17 am 3. Mai.' },
  );
  const b = await put(store, who, { message: 'Kosten der Verlängerung' });
  const found = async (search: string) => (await store.turns.list({ limit: 10, search })).map(({ turnId }) => turnId);
  for (const search of ['fälle', 'FALLE', 'verjähren welche', 'verj', 'C-2024-17', 'c-2024', 'Mai', '  akte   bald ']) {
    expect([search, await found(search)]).toEqual([search, [a]]);
  }
  expect(await found('verlänger')).toEqual([b]);
  expect(await found('längerung')).toEqual([]); // not the middle of a word
  expect(await found('fälle kosten')).toEqual([]);
  for (const search of ['', '   ', '---', '"']) expect([search, (await found(search)).length]).toEqual([search, 2]);
  for (const search of [
    '"akte',
    'akte"',
    'akte*',
    'NEAR(akte)',
    'akte AND xyz',
    'message:akte',
    "a'kte",
    '^akte',
    '{akte}',
  ]) {
    await found(search); // whatever it is, it is no order
  }
  expect(await found('akte OR kosten')).toEqual([]);
  const [line] = await store.turns.list({ limit: 1, search: 'akte' });
  expect(line).toMatchObject({ question: 'Welche Fälle verjähren bald?', usedTools: [], late: false });
  expect(line).not.toHaveProperty('response');
});

test.each([
  ['in this thread', false],
  ['in a thread of its own', true],
])('text in scripts without spaces is found anywhere, searched %s', async (_where, threads) => {
  const { store } = await temporaryStore({ threads });
  const who = await aUser(store);
  const a = await put(store, who, { message: '我的案件什么时候到期？' }, { response: 'C-2024-17 五月三日到期。' });
  const b = await put(store, who, { message: '今週の案件は？' }, { response: 'Nothing is due.' });
  const found = async (search: string, before?: string) =>
    (await store.turns.list({ limit: 10, search, before })).map(({ turnId }) => turnId);
  expect(await found('案件')).toEqual([b, a]);
  expect(await found('案件', b)).toEqual([a]);
  expect(await found('到期 五月')).toEqual([a]);
  expect(await found('案件 c-2024')).toEqual([a]);
  expect(await found('案件 due')).toEqual([b]);
  expect(await found('案件 noth zebra')).toEqual([]);
  expect(await found('due')).toEqual([b]);
});

test('an answer is found once it is stored, and not after it was replaced', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const turnId = await put(store, who, { message: 'x' });
  const count = async (search: string) => (await store.turns.list({ limit: 5, search })).length;
  expect(await count('zebra')).toBe(0);
  await store.turns.write([{ turnId, change: { response: 'A zebra.' }, events: [] }]);
  expect(await count('zebra')).toBe(1);
  await store.turns.write([{ turnId, change: { response: 'A horse.' }, events: [] }]);
  expect([await count('zebra'), await count('horse')]).toEqual([0, 1]);
});

async function put(store: Store, who: Awaited<ReturnType<typeof aUser>>, turn: Partial<NewTurn>, change?: TurnChange) {
  const asked = aTurn(who, turn);
  await store.turns.insert(asked);
  if (change !== undefined) {
    await store.turns.write([{ turnId: asked.turnId, change: { finishedAt: asked.startedAt, ...change }, events: [] }]);
  }
  return asked.turnId;
}
