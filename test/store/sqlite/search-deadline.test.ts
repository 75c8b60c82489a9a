import { expect, test } from 'vitest';
import { aTurn, aUser, temporarySqliteStore } from '../temporary-store.ts';

test('a search past its deadline fails and says what to do', async () => {
  const { store } = await temporarySqliteStore({ threads: true, searching: { deadlineMs: 0 } });
  const who = await aUser(store);
  await store.turns.insert(aTurn(who, { message: '案件' }));
  await expect(store.turns.list({ limit: 10, search: '案件' })).rejects.toMatchObject({
    code: 'bad_request',
    detail: expect.stringMatching(/^search: not done within .*name a person/),
  });
  expect(await store.turns.list({ limit: 10 })).toHaveLength(1);
});
