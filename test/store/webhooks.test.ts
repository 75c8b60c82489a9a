import { expect, test } from 'vitest';
import type { NewWebhookDelivery } from '../../src/contract/records/webhook.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

const delivery = (eventId: number, turnId = 'turn'): NewWebhookDelivery => ({
  eventId,
  turnId,
  type: 'turn.finished',
  approvalId: null,
  occurredAt: 1000,
});

test('a delivery is put on record once with the cursor, which never moves back', async () => {
  const { webhooks } = (await temporaryStore()).store;
  expect(await webhooks.cursor()).toBeNull();
  await webhooks.enqueue([], 3);
  await webhooks.enqueue([delivery(4), delivery(5)], 6);
  await webhooks.record(4, { nextAt: null, deliveredAt: 1100, error: null });
  // Another gateway has read the same events.
  await webhooks.enqueue([delivery(4), delivery(5)], 5);
  expect(await webhooks.cursor()).toBe(6);
  expect(await webhooks.list({ limit: 9 })).toEqual([
    { ...delivery(5), attempts: 0, nextAt: 1000, deliveredAt: null, error: null },
    { ...delivery(4), attempts: 0, nextAt: null, deliveredAt: 1100, error: null },
  ]);
});

test('a due delivery is claimed by one, and again when its claim has passed', async () => {
  const { webhooks } = (await temporaryStore()).store;
  await webhooks.enqueue(
    [1, 2, 3].map((id) => delivery(id)),
    3,
  );
  expect(await webhooks.claim({ now: 999, until: 2000, limit: 9 })).toEqual([]);
  expect(await webhooks.nextDue()).toBe(1000);
  const claims = await Promise.all([1, 2, 3].map(() => webhooks.claim({ now: 1000, until: 2000, limit: 2 })));
  const claimed = claims.flat();
  expect(claimed.map(({ eventId }) => eventId).sort()).toEqual([1, 2, 3]);
  expect(new Set(claimed.map(({ attempts }) => attempts))).toEqual(new Set([1]));
  expect(await webhooks.claim({ now: 1999, until: 3000, limit: 9 })).toEqual([]);
  await webhooks.record(1, { nextAt: null, deliveredAt: 1500, error: null });
  const again = await webhooks.claim({ now: 2000, until: 3000, limit: 9 });
  expect(again.map(({ eventId, attempts }) => [eventId, attempts])).toEqual([
    [2, 2],
    [3, 2],
  ]);
});

test('the summary counts what waits, what fails, and how the others ended', async () => {
  const { webhooks } = (await temporaryStore()).store;
  const none = { waiting: 0, failing: 0, oldestWaitingAt: null, delivered: 0, givenUp: 0 };
  expect(await webhooks.summary()).toEqual(none);
  await webhooks.enqueue(
    [1, 2, 3, 4, 5].map((id) => ({ ...delivery(id), occurredAt: 1000 + id })),
    5,
  );
  await webhooks.record(1, { nextAt: null, deliveredAt: 1500, error: null });
  await webhooks.record(2, { nextAt: null, deliveredAt: null, error: 'the endpoint answered 410' });
  await webhooks.record(4, { nextAt: 9000, deliveredAt: null, error: 'the endpoint answered 503' });
  expect(await webhooks.summary()).toEqual({ waiting: 3, failing: 1, oldestWaitingAt: 1003, delivered: 1, givenUp: 1 });
});

test('what is settled and old is pruned; what is still to be delivered stays', async () => {
  const { webhooks } = (await temporaryStore()).store;
  await webhooks.enqueue([delivery(1), delivery(2), { ...delivery(3), occurredAt: 5000 }], 3);
  for (const id of [1, 3]) await webhooks.record(id, { nextAt: null, deliveredAt: 1, error: null });
  await webhooks.prune(5000);
  expect((await webhooks.list({ limit: 9 })).map(({ eventId }) => eventId)).toEqual([3, 2]);
});

test('deleting a user deletes what is to be told of their turns', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const turn = aTurn(who);
  await store.turns.insert(turn);
  await store.turns.write([{ turnId: turn.turnId, change: { status: 'completed', finishedAt: 1 }, events: [] }]);
  await store.webhooks.enqueue([delivery(1, turn.turnId), delivery(2, 'another')], 2);
  await store.users.remove(who.user.id, { actor: 'cli', at: 2 });
  expect((await store.webhooks.list({ limit: 9 })).map(({ eventId }) => eventId)).toEqual([2]);
});
