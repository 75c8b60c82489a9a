import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

type Who = Awaited<ReturnType<typeof aUser>>;

async function say(store: Store, who: Who, message: string, response = ''): Promise<string> {
  const turn = aTurn(who, { message });
  await store.turns.insert(turn);
  await store.turns.write([{ turnId: turn.turnId, change: { status: 'completed', response }, events: [] }]);
  return turn.turnId;
}

test('a search finds one’s own words by prefix, and text in scripts without spaces anywhere', async () => {
  const { store } = await temporaryStore();
  const [anna, bert] = [await aUser(store), await aUser(store)];
  const german = await say(store, anna, 'Welche Fälle verjähren bald?', 'Akte C-2024-17 am 3. Mai.');
  const chinese = await say(store, anna, '请问我的租赁合同什么时候到期？', '您的合同将于五月到期。');
  const japanese = await say(store, anna, '契約書のサンプルを見せてください');
  const thai = await say(store, anna, 'สัญญาเช่าหมดอายุเมื่อไหร่');
  await say(store, bert, 'Fälle 合同 契約');
  const found = async (search: string) => {
    const { turns, next } = await store.turns.history({ userId: anna.user.id, search, limit: 10 });
    expect(next).toBeNull();
    return turns.map(({ turnId }) => turnId);
  };
  for (const search of [
    'fälle',
    'FALLE',
    'verjähren welche',
    'verj',
    'C-2024-17',
    'c 2024',
    'akte   bald',
    '"akte',
    'am',
  ]) {
    expect([search, await found(search)]).toEqual([search, [german]]);
  }
  for (const search of ['ähren', 'falle kosten', 'ba', 'OR', '.*', 'c.2024.18']) {
    expect([search, await found(search)]).toEqual([search, []]);
  }
  for (const search of ['合同', '租赁', '到期', '合同 五月']) {
    expect([search, await found(search)]).toEqual([search, [chinese]]);
  }
  expect(await found('サンプル')).toEqual([japanese]);
  expect(await found('หมดอายุ')).toEqual([thai]);
  expect(await found('---')).toEqual([]);
});

test('a search with too many or too long words is refused', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store);
  for (const search of ['a b c d e f g h i', 'x'.repeat(65)]) {
    await expect(store.turns.history({ userId: user.id, search, limit: 1 })).rejects.toMatchObject({
      code: 'bad_request',
    });
  }
});

test('a page ends early at a megabyte, and the next continues without a gap', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store);
  const asked: string[] = [];
  for (let turn = 0; turn < 30; turn++) asked.push(await say(store, anna, `found ${turn}`, 'é'.repeat(50_000)));
  asked.push(await say(store, anna, 'found alone', 'x'.repeat(2_000_000)));
  for (const search of [undefined, 'found']) {
    const pages = [];
    for (let before: string | null = null; ; ) {
      const query = { userId: anna.user.id, limit: 200, ...(search !== undefined && { search }) };
      const page = await store.turns.history({ ...query, ...(before !== null && { before }) });
      pages.push(page.turns.map(({ turnId }) => turnId));
      before = page.next;
      if (before === null) break;
    }
    expect(pages.map((page) => page.length)).toEqual([1, 10, 10, 10]);
    expect(pages.flat()).toEqual(asked.toReversed());
  }
});

test('a search reads a limited number of turns at once, and returns where to continue', async () => {
  const { store } = await temporaryStore();
  const anna = await aUser(store);
  const wanted = await say(store, anna, 'a needle');
  for (let turn = 0; turn < 9; turn++) await say(store, anna, 'hay', 'x '.repeat(1_000_000));
  const first = await store.turns.history({ userId: anna.user.id, search: 'needle', limit: 5 });
  expect(first.turns).toEqual([]);
  const query = { userId: anna.user.id, search: 'needle', limit: 5, before: first.next as string };
  expect(await store.turns.history(query)).toMatchObject({ turns: [{ turnId: wanted }], next: null });
});
