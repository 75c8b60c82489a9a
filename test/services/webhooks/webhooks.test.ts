/** What the application is told of turns, over a real store and a real endpoint. */
import { expect, onTestFinished, test } from 'vitest';
import type { EventBody } from '../../../src/contract/records/event.ts';
import type { TurnChange } from '../../../src/contract/records/turn.ts';
import { startWebhooks, type WebhookAttempt, type WebhooksOptions } from '../../../src/services/webhooks/webhooks.ts';
import type { Store } from '../../../src/store/store.ts';
import { aTurn, aUser, temporaryStore } from '../../store/temporary-store.ts';
import { webhookReceiver } from '../../support/webhook-receiver.ts';

/** Two gateways, one after the other, on one store. */
async function world(options: Partial<WebhooksOptions> & { includeText?: boolean } = {}) {
  const { store } = await temporaryStore();
  const receiver = await webhookReceiver();
  const attempts: WebhookAttempt[] = [];
  const wakes = new Set<Parameters<WebhooksOptions['turns']['watch']>[0]>();
  const { includeText = false, ...rest } = options;
  const start = async () => {
    const stop = await startWebhooks({
      store,
      turns: {
        watch: async (listener) => {
          wakes.add(listener);
          return () => wakes.delete(listener);
        },
      },
      endpoint: { url: receiver.url, secret: receiver.secret, includeText },
      clock: Date.now,
      random: () => 0.5,
      onAttempt: (attempt) => attempts.push(attempt),
      onError: (what, error) => {
        throw new Error(what, { cause: error });
      },
      retries: { firstMs: 10, maxMs: 20 },
      ...rest,
    });
    onTestFinished(stop);
    return stop;
  };
  const who = await aUser(store, 'jwt:42');
  /** A turn comes to this, as the turn writer stores it. */
  const happens = async (event: EventBody['event'], change: TurnChange = {}) => {
    const turn = aTurn(who, { message: 'How is Müller v. Bosch?' });
    await store.turns.insert(turn);
    const events = await store.turns.write([
      { turnId: turn.turnId, change, events: [{ turnId: turn.turnId, userId: turn.userId, at: Date.now(), event }] },
    ]);
    for (const wake of wakes) wake(events);
    return turn;
  };
  return { store, receiver, attempts, start, happens, who };
}

const settled = async (store: Store, count: number) => {
  await expect
    .poll(async () => (await store.webhooks.list({ limit: 99 })).filter(({ nextAt }) => nextAt === null).length)
    .toBe(count);
  return await store.webhooks.list({ limit: 99 });
};

const COMPLETED = { status: 'completed', response: 'It is well.', finishedAt: 2000, durationMs: 1000 } as const;

test('a finished, a failed and a waiting turn are told with whose they are, and without any text', async () => {
  const { store, receiver, start, happens, who } = await world();
  await start();
  const done = await happens({ type: 'finished', status: 'completed' }, COMPLETED);
  await happens({ type: 'finished', status: 'failed' }, { status: 'failed', errorCode: 'timeout' });
  await happens({ type: 'finished', status: 'unknown' }, { status: 'unknown', errorCode: 'outcome_unknown' });
  await happens({ type: 'finished', status: 'cancelled' }, { status: 'cancelled', errorCode: 'cancelled' });
  const options = [{ id: 'deny', label: 'No' }];
  await happens(
    { type: 'approval', approval: { id: 'approval-1', title: 'Edit Müller?', options } },
    { status: 'waiting' },
  );
  await happens({ type: 'running' });
  await settled(store, 5);
  const told = receiver.received.map(({ body: { type, data } }) => [type, data.status, data.error, data.approvalId]);
  expect(told).toEqual(
    expect.arrayContaining([
      ['turn.finished', 'completed', null, undefined],
      ['turn.failed', 'failed', { code: 'timeout', retryable: true }, undefined],
      ['turn.failed', 'unknown', { code: 'outcome_unknown', retryable: false }, undefined],
      ['turn.finished', 'cancelled', { code: 'cancelled', retryable: true }, undefined],
      ['turn.waiting', 'waiting', null, 'approval-1'],
    ]),
  );
  expect(told).toHaveLength(5);
  const first = receiver.received.find(({ body }) => body.data.turnId === done.turnId);
  expect(first?.body).toEqual({
    type: 'turn.finished',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    data: {
      turnId: done.turnId,
      sessionId: who.session.name,
      user: { id: who.user.id, sub: '42' },
      status: 'completed',
      late: false,
      startedAt: 1000,
      finishedAt: 2000,
      durationMs: 1000,
      error: null,
    },
  });
  expect(receiver.received.map(({ raw }) => raw).join()).not.toMatch(/Müller|well/);
});

test('with PALIADIN_WEBHOOK_TEXT=include question and answer are sent too', async () => {
  const { store, receiver, start, happens } = await world({ includeText: true });
  await start();
  await happens({ type: 'finished', status: 'completed' }, COMPLETED);
  await settled(store, 1);
  const { message, response } = receiver.received[0]?.body.data ?? {};
  expect([message, response]).toEqual(['How is Müller v. Bosch?', 'It is well.']);
});

test('a message is sent again under the same id until the endpoint takes it, and all attempts are on record', async () => {
  const { store, receiver, attempts, start, happens } = await world();
  receiver.answer(500, 302, 429, 204);
  await start();
  await happens({ type: 'finished', status: 'completed' }, COMPLETED);
  const [delivery] = await settled(store, 1);
  expect(delivery).toMatchObject({ attempts: 4, error: null, deliveredAt: expect.any(Number) });
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  expect(attempts.map(({ why }) => why)).toEqual([
    'the endpoint answered 500',
    expect.stringMatching(/answered 302: redirects are not followed; set PALIADIN_WEBHOOK_URL/),
    'the endpoint answered 429',
    null,
  ]);
  // The first pause, then twice as long, up to the longest.
  expect(attempts.map(({ againInMs }) => againInMs)).toEqual([7.5, 15, 15, null]);
});

test('410 ends the attempts, and so does the bound', async () => {
  const gone = await world();
  gone.receiver.answer(410);
  await gone.start();
  await gone.happens({ type: 'finished', status: 'completed' }, COMPLETED);
  expect((await settled(gone.store, 1))[0]).toMatchObject({
    attempts: 1,
    deliveredAt: null,
    error: expect.stringContaining('410'),
  });
});

test('an endpoint that never answers well is given up after the bound, with the last reason', async () => {
  const { store, receiver, attempts, start, happens } = await world({
    retries: { firstMs: 10, maxMs: 20, giveUpMs: 200 },
  });
  receiver.answer(503);
  await start();
  await happens({ type: 'finished', status: 'completed' }, COMPLETED);
  const [delivery] = await settled(store, 1);
  expect(delivery).toMatchObject({ deliveredAt: null, error: 'the endpoint answered 503' });
  expect(delivery?.attempts).toBeGreaterThan(2);
  expect(attempts.at(-1)).toMatchObject({ why: 'the endpoint answered 503', againInMs: null });
});

test('after a restart what was not taken is sent, and what happened while no gateway ran', async () => {
  const { store, receiver, start, happens } = await world();
  await happens({ type: 'finished', status: 'completed' }, COMPLETED); // before webhooks were ever set up: not told
  const stop = await start();
  receiver.answer(500);
  const first = await happens({ type: 'finished', status: 'completed' }, COMPLETED);
  await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
  await stop();
  const second = await happens({ type: 'finished', status: 'failed' }, { status: 'failed', errorCode: 'timeout' });
  receiver.answer(200);
  await start();
  await settled(store, 2);
  const taken = receiver.received.filter(({ status }) => status === 200).map(({ body }) => body.data.turnId);
  expect(taken.sort()).toEqual([first.turnId, second.turnId].sort());
});

test('what happened longer ago than the bound is not told', async () => {
  const { store, receiver, start, happens } = await world({ retries: { firstMs: 10, maxMs: 20, giveUpMs: 1 } });
  const stop = await start();
  await stop();
  await happens({ type: 'finished', status: 'completed' }, COMPLETED);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await start();
  await expect.poll(async () => await store.webhooks.cursor()).toBe(await store.events.lastId());
  expect([await store.webhooks.list({ limit: 9 }), receiver.received]).toEqual([[], []]);
});
