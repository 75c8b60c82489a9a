/** Which gateway carries a session, between two that have a connection each. */
import { expect, onTestFinished, test } from 'vitest';
import type { CarrierStore } from '../../../src/store/carrier-store.ts';
import type { GatewayLink } from '../../../src/store/gateway-link.ts';
import { openLink } from '../../../src/store/open.ts';
import { openPostgresStore } from '../../../src/store/postgres/open.ts';
import { isDecidedAlready } from '../../../src/store/turn-store.ts';
import { sharedServer } from '../../support/postgres.ts';
import { aTurn, aUser } from '../temporary-store.ts';

async function twoGateways() {
  const url = await (await sharedServer()).newDatabase();
  const store = await openPostgresStore(url);
  onTestFinished(() => store.close());
  const carriers = store.carriers as CarrierStore;
  const join = async () => {
    const options = { alone: false, waitMs: 0, random: Math.random, now: () => performance.now(), onError: () => {} };
    const link = (await openLink(url, options)) as GatewayLink;
    onTestFinished(() => link.close());
    return { link, by: { gateway: link.id, knowsOthers: true } };
  };
  const who = await aUser(store);
  const accept = async () => (await store.turns.insert(aTurn(who))).turn.turnId;
  const end = (turnId: string) =>
    store.turns.write([{ turnId, change: { status: 'completed', finishedAt: 2 }, events: [] }]);
  return { store, carriers, one: await join(), two: await join(), who, session: who.session.name, accept, end };
}

const ids = (found: { turn: { turnId: string } }[] | null) => found?.map(({ turn }) => turn.turnId) ?? null;

test('the first to claim a session carries it until it is released or the gateway is gone', async () => {
  const { carriers, one, two, session, accept, end } = await twoGateways();
  expect(await carriers.claim(session, one.by)).toEqual([]);
  const [first, second] = [await accept(), await accept()];
  expect(ids(await carriers.claim(session, one.by))).toEqual([first, second]);
  expect(await carriers.claim(session, two.by)).toBeNull();
  expect(await carriers.release(session, one.by.gateway)).toBe(false);
  expect((await carriers.open(two.by)).map(({ carrier }) => carrier)).toEqual(['other', 'other']);

  await one.link.close();
  await expect.poll(async () => (await carriers.open(two.by)).map(({ carrier }) => carrier)).toEqual(['free', 'free']);
  // One that has just come back does not know yet who else will.
  expect(await carriers.claim(session, { ...two.by, knowsOthers: false })).toBeNull();
  expect(ids(await carriers.claim(session, two.by))).toEqual([first, second]);
  await end(first);
  await end(second);
  expect(await carriers.release(session, two.by.gateway)).toBe(true);
});

test('of many gateways that claim a session at once, one carries it', async () => {
  const { carriers, one, two, session, accept } = await twoGateways();
  await accept();
  for (let round = 0; round < 10; round++) {
    const claims = [one, two, one, two].map(({ by }) => carriers.claim(session, by));
    const [a, b, c, d] = (await Promise.all(claims)).map((found) => found !== null);
    expect([a, b]).toEqual([c, d]);
    expect(a).toBe(!b);
    await carriers.releaseAll(one.by.gateway);
    await carriers.releaseAll(two.by.gateway);
  }
});

test('only the carrier begins runs', async () => {
  const { store, carriers, one, two, session, accept } = await twoGateways();
  const turnId = await accept();
  expect(await store.turns.takeUp(turnId, 1, one.by.gateway)).toBeNull();
  await carriers.claim(session, one.by);
  expect(await store.turns.takeUp(turnId, 1, two.by.gateway)).toBeNull();
  expect(await store.turns.takeUp(turnId, 1, one.by.gateway)).toMatchObject({ turnId, fence: 1 });
});

test('a session that is seized moves, with the end of its turns requested, and can’t be seized again meanwhile', async () => {
  const { store, carriers, one, two, session, accept } = await twoGateways();
  const turnId = await accept();
  await carriers.claim(session, one.by);
  expect(await carriers.seize(session, two.by, 5)).toMatchObject([{ turn: { turnId }, stopRequested: true }]);
  expect(await carriers.seize(session, one.by, 6)).toBeNull();
  expect(await store.turns.takeUp(turnId, 1, one.by.gateway)).toBeNull();
  const later = await accept();
  await carriers.unhold(session, two.by.gateway);
  expect(await carriers.claim(session, two.by)).toMatchObject([
    { turn: { turnId }, stopRequested: true },
    { turn: { turnId: later }, stopRequested: false },
  ]);
  expect(await carriers.seize(session, one.by, 7)).toHaveLength(2);
  await one.link.close();
  await expect.poll(() => carriers.seize(session, two.by, 8)).toHaveLength(2);
});

test('a request to stop is on record until the turn has ended', async () => {
  const { carriers, one, session, accept, end } = await twoGateways();
  const turnId = await accept();
  expect(await carriers.requestStop(turnId, 3)).toBe(session);
  expect(await carriers.open(one.by)).toEqual([{ turnId, session, stopRequested: true, carrier: 'free' }]);
  await end(turnId);
  expect(await carriers.requestStop(turnId, 3)).toBeNull();
});

test('of two decisions on one request the first stands, and none is taken in a turn that is to stop', async () => {
  const { store, carriers, who, accept } = await twoGateways();
  const turnId = await accept();
  const decide = (id: string) => {
    const approval = { id, title: 'Allow?', kind: 'permission' as const };
    const event = { type: 'decided' as const, approval, option: 'allow', by: 'user' as const };
    const events = [{ turnId, userId: who.user.id, at: 1, event }];
    return store.turns.write([{ turnId, whileOpen: true, change: {}, events }]);
  };
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => decide('a')));
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(refused).toHaveLength(5);
  expect(refused.every(isDecidedAlready)).toBe(true);
  await carriers.requestStop(turnId, 3);
  await expect(decide('b')).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.events.decided(turnId)).toHaveLength(1);
});

test('the queue of a session is bounded over all gateways', async () => {
  const { store, who } = await twoGateways();
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, () => store.turns.insert(aTurn(who), { mostWaiting: 3 })),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
  const [last] = await store.turns.openOf(who.user.id).then((open) => open.toReversed());
  expect(await store.turns.countBefore(last?.turnId ?? '')).toBe(3);
});

test('requests of a user are counted over all gateways, and start anew with each window', async () => {
  const { store } = await twoGateways();
  const counts = store.requestCounts;
  const added = await Promise.all(Array.from({ length: 20 }, () => counts?.add('anna', 60_000)));
  expect(added.map((count) => count?.current).toSorted((a = 0, b = 0) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
  expect(await counts?.add('bert', 20)).toMatchObject({ current: 1 });
  await expect.poll(() => counts?.add('bert', 20)).toMatchObject({ current: 1 });
  await counts?.prune();
  expect(await counts?.add('anna', 60_000)).toMatchObject({ current: 21 });
});
