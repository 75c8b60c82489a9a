import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { seedStore } from '../../scripts/seed-data/store.ts';
import { eachTurn, take } from '../../src/services/pages.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

test('seed data is consistent: last-seen times match the questions, and no more is cached than read', async () => {
  const file = join(await temporaryDirectory(), 'paliadin.db');
  await seedStore(file, { turns: 200, users: 4, days: 10, seed: 1, now: Date.UTC(2026, 5, 10, 12) });
  const store = await openSqliteStore(file);
  onTestFinished(() => store.close());
  const all = await take(eachTurn(store.turns, {}), 200);
  for (const { id, lastSeenAt, createdAt } of await store.users.overview(0)) {
    const own = all.filter(({ userId }) => userId === id).map(({ startedAt }) => startedAt);
    expect([lastSeenAt, Math.min(createdAt, ...own)]).toEqual([Math.max(createdAt, ...own), createdAt]);
  }
  const cached = all.filter(({ cachedTokens, inputTokens }) => (cachedTokens ?? 0) > (inputTokens ?? 0));
  expect(cached).toEqual([]);
});
