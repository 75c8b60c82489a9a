/**
 * Three gateways share a database and a host behind sshd. Whatever reaches one of them has its effect, whichever of them
 * runs the turn; and when that one is killed, frozen or stopped, another goes on. The agent gets each question once.
 */
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { type ConversationView, conversationsPage, type StreamedEvent } from '../../src/contract/api.ts';
import { apiClient, readEvents } from '../support/api-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startLaptop } from '../support/laptop.ts';
import { sharedServer } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

// Three gateways on a small machine, and ten seconds that have to pass.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const WHOLE = 'This is the first half. This is the second half.';
const WITHIN_MS = 15_000;

const laptop = await startLaptop({ env: { PALIADIN_APPROVALS: 'gateway' } });
afterAll(laptop.dispose);
const databaseUrl = await (await sharedServer()).newDatabase();
const env = { PALIADIN_APPROVALS: 'users', PALIADIN_QUEUE_LIMIT: '20' };
const all = [1, 2, 3].map(() => useGateway({ laptop, databaseUrl, env }));

let people = 0;

/** A new user, as a client of each gateway. What they ask the first one, that one runs. */
async function aUser(): Promise<{ gateways: TestGateway[]; at: Somebody[] }> {
  const gateways = all.map((running) => running());
  const person = await somebody(gateways[0] as TestGateway, `anna-${++people}`);
  const at = gateways.map((gateway) => ({ ...person, ...apiClient(() => gateway.url, person.token) }));
  return { gateways, at };
}

/** Who wrote the turn's end. */
function whoEnded(gateways: TestGateway[], turnId: string): number[] {
  const lines = gateways.map(({ log }) => log.split('\n').filter((line) => line.includes('"turn ended"')));
  return lines.flatMap((ends, at) => (ends.some((line) => line.includes(turnId)) ? [at] : []));
}

/** Waits until another run has taken the turn up, and returns how many milliseconds that took. */
async function takenOver(gateway: TestGateway, turnId: string): Promise<() => Promise<number>> {
  const store = await gateway.store();
  const fence = async () => (await store.turns.get(turnId))?.fence;
  const before = await fence();
  return async () => {
    const from = performance.now();
    await until('another gateway to take the turn up', async () => (await fence()) !== before, 2 * WITHIN_MS);
    return performance.now() - from;
  };
}

test('a turn that one gateway runs is streamed from another as it happens', async () => {
  const { gateways, at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const { turnId } = await one.ask('demo hold here');
  const events: StreamedEvent['type'][] = [];
  const reading = (async () => {
    for await (const { event } of two.events(turnId)) events.push(event.type);
  })();
  await until('the first half at the other gateway', () => events.includes('chunk'));
  await one.release('here');
  await reading;
  expect(events.at(-1)).toBe('finished');
  expect(await three.turn(turnId)).toMatchObject({ status: 'completed', response: WHOLE });
  await expect.poll(() => whoEnded(gateways, turnId)).toEqual([0]);
});

test('stopping at another gateway stops the turn where it runs, and one that waits', async () => {
  const { gateways, at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const running = await one.ask('demo hold stop');
  const waiting = await two.ask('demo at once');
  expect(waiting.queuePosition).toBe(1);
  await one.until(running.turnId, 'chunk');
  expect(await three.cancel(waiting.turnId)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
  expect(await two.cancel(running.turnId)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
  await expect.poll(() => whoEnded(gateways, running.turnId)).toEqual([0]);
  expect(await one.timesReceived(waiting.turnId)).toBe(0);
  await two.goesOn();
});

test('a conversation that one gateway begins, renames, archives and deletes is so at the others, and their streams tell it', async () => {
  const { at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  await one.answer('demo at once');
  const left = new AbortController();
  onTestFinished(() => left.abort());
  const stream = await two.call('GET', '/api/events', { signal: left.signal });
  const told: (ConversationView | null)[] = [];
  const isTold = (what: string, is: (last: ConversationView | null) => boolean) =>
    until(what, () => told.length > 0 && is(told.at(-1) ?? null));
  let id = '';
  const reading = (async () => {
    for await (const { event } of readEvents(stream.body as ReadableStream<Uint8Array<ArrayBuffer>>))
      if (event.type === 'conversation' && event.sessionId === id) told.push(event.conversation);
  })();
  const call = async ({ call }: Somebody, method: string, path: string, body?: object) =>
    (await call(method, path, body === undefined ? {} : { body })).json();
  const titles = async (somebody: Somebody, query = '') =>
    conversationsPage
      .parse(await call(somebody, 'GET', `/api/conversations${query}`))
      .conversations.map(({ title }) => title);

  const begun = await one.call('POST', '/api/conversations', { body: { title: 'Müller' } });
  id = ((await begun.json()) as ConversationView).sessionId;
  expect((await titles(three)).toSorted()).toEqual(['Müller', 'demo at once']);
  const path = `/api/conversations/${id}`;
  await call(three, 'PATCH', path, { title: 'Bosch' });
  await isTold('the new title', (last) => last?.title === 'Bosch');
  expect(await call(two, 'GET', path)).toMatchObject({ title: 'Bosch' });
  expect(await two.answer('demo at once', { sessionId: id })).toMatchObject({ status: 'completed', sessionId: id });
  await call(one, 'PATCH', path, { archived: true });
  await isTold('the archive', (last) => last !== null && last.archivedAt !== null);
  expect([await titles(two), await titles(three, '?archived=true')]).toEqual([['demo at once'], ['Bosch']]);
  await call(three, 'DELETE', path);
  await isTold('the end', (last) => last === null);
  expect((await two.call('GET', path)).status).toBe(404);
  expect((await two.call('POST', '/api/turns', { body: { message: 'x', sessionId: id } })).status).toBe(404);
  left.abort();
  await reading.catch(() => undefined);
});

test('an approval is decided once, at whichever gateways, and the agent goes on', async () => {
  const { gateways, at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const { turnId } = await one.ask('demo approve delete it');
  await two.until(turnId, 'approval');
  const decide = ({ call }: Somebody) =>
    call('POST', `/api/turns/${turnId}/approvals/approval-1`, { body: { option: 'allow' } });
  const answers = await Promise.all([two, three, one, two].map(decide));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.every((status) => [200, 404, 409].includes(status))).toBe(true);
  const turn = await three.finished(turnId);
  expect(turn).toMatchObject({ status: 'completed', response: 'You allowed it, so I did: delete it' });
  expect(turn.decisions).toHaveLength(1);
  await expect.poll(() => whoEnded(gateways, turnId)).toEqual([0]);
});

test('starting over at another gateway stops what is open, and later questions come after it', async () => {
  const { at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const running = await one.ask('demo hold reset');
  await two.until(running.turnId, 'chunk');
  const waiting = await three.ask('demo at once');
  const [first, second] = await Promise.all([two.reset(), three.reset()]);
  expect([first?.generation, second?.generation].toSorted()).toEqual([2, 3]);
  for (const { turnId } of [running, waiting]) {
    expect(await one.finished(turnId)).toMatchObject({ status: 'cancelled' });
  }
  expect(await one.timesReceived(waiting.turnId)).toBe(0);
  const after = await one.answer('demo at once');
  expect(after).toMatchObject({ status: 'completed', generation: 3 });
});

test('questions of one conversation run in the order in which they were accepted, wherever that was', async () => {
  const { gateways, at } = await aUser();
  const turns: string[] = [];
  for (let count = 0; count < 9; count++) {
    const { turnId } = await (at[count % 3] as Somebody).ask('demo at once');
    turns.push(turnId);
  }
  for (const turnId of turns) {
    expect(await (at[2] as Somebody).finished(turnId)).toMatchObject({ status: 'completed' });
  }
  const [one] = at as [Somebody];
  expect((await (gateways[0] as TestGateway).prompts(one.session)).map(({ turnId }) => turnId)).toEqual(turns);
});

test('a gateway that is killed: another takes its turns over, with those that wait', async () => {
  const { gateways, at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const { turnId } = await one.ask('demo hold killed');
  const waiting = await two.ask('demo at once');
  await two.until(turnId, 'chunk');
  const taken = await takenOver(gateways[1] as TestGateway, turnId);
  await gateways[0]?.end('SIGKILL');
  expect(await taken()).toBeLessThan(WITHIN_MS);
  await one.release('killed');
  expect(await three.finished(turnId)).toMatchObject({ status: 'completed', response: WHOLE });
  expect(await two.finished(waiting.turnId)).toMatchObject({ status: 'completed' });
  expect(await one.timesReceived(turnId)).toBe(1);
  expect(await one.timesReceived(waiting.turnId)).toBe(1);
  await gateways[0]?.start();
  await one.goesOn();
});

test('a gateway that is stopped hands its turns over at once', async () => {
  const { gateways, at } = await aUser();
  const [one, two] = at as [Somebody, Somebody];
  const { turnId } = await one.ask('demo hold stopped');
  await two.until(turnId, 'chunk');
  const taken = await takenOver(gateways[1] as TestGateway, turnId);
  const [code, ms] = await Promise.all([gateways[0]?.end('SIGTERM'), taken()]);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(WITHIN_MS); // some hundredths of a second where the machine has nothing else to do
  await one.release('stopped');
  expect(await two.finished(turnId)).toMatchObject({ status: 'completed', response: WHOLE });
  expect(await one.timesReceived(turnId)).toBe(1);
  await gateways[0]?.start();
});

test('a gateway that is frozen: another takes over, and what the first does afterwards changes nothing', async () => {
  const { gateways, at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const { turnId } = await one.ask('demo hold frozen');
  await two.until(turnId, 'chunk');
  const taken = await takenOver(gateways[1] as TestGateway, turnId);
  const { pid } = gateways[0] as TestGateway;
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await taken()).toBeLessThan(WITHIN_MS);
    await one.release('frozen');
    expect(await three.finished(turnId)).toMatchObject({ status: 'completed', response: WHOLE });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await one.goesOn();
  expect(await one.turn(turnId)).toMatchObject({ status: 'completed', response: WHOLE });
  expect(await one.timesReceived(turnId)).toBe(1);
  await expect.poll(() => whoEnded(gateways, turnId)).toHaveLength(1);
  expect(whoEnded(gateways, turnId)).not.toContain(0);
});

test('who is disabled at one gateway is out at all of them, with their turns and streams', async () => {
  const { gateways, at } = await aUser();
  const [one, two, three] = at as [Somebody, Somebody, Somebody];
  const { turnId } = await one.ask('demo hold disabled');
  await one.until(turnId, 'chunk');
  const abort = new AbortController();
  const stream = await two.call('GET', '/api/events', { signal: abort.signal });
  const ended = stream.text();
  const owner = await (gateways[2] as TestGateway).as('owner');
  const { id } = (await three.me()).user;
  expect((await owner.call('PATCH', `/api/admin/users/${id}`, { body: { disabled: true } })).status).toBe(200);
  for (const { call } of at) expect((await call('GET', '/api/me')).status).toBe(403);
  await ended;
  const store = await (gateways[0] as TestGateway).store();
  await expect.poll(async () => (await store.turns.get(turnId))?.status).toBe('cancelled');
  await expect.poll(() => whoEnded(gateways, turnId)).toEqual([0]);
});

test('the requests of a user are counted over all gateways, and a revoked token is refused by all', async () => {
  const { at } = await aUser();
  const strict = await gatewayForTest({ laptop, databaseUrl, env: { ...env, PALIADIN_RATE_LIMIT: '20' } });
  const [one] = at as [Somebody];
  const there = apiClient(() => strict.url, one.token);
  // A window that ends on the way is followed by one that does not.
  await expect
    .poll(async () => {
      for (let count = 0; count < 20; count++) await one.me();
      return (await there.call('GET', '/api/me')).status;
    })
    .toBe(429);
  const store = await strict.store();
  const [token] = await store.signIn.tokens({ userId: (await one.me()).user.id });
  await store.signIn.dropToken(token?.id ?? '', { actor: 'cli', at: Date.now() });
  for (const { call } of [...at, there]) expect((await call('GET', '/api/me')).status).toBe(401);
});

test('a gateway whose agents are on its own machine can’t join those that share the database', async () => {
  await expect(startTestGateway({ databaseUrl })).rejects.toThrow('this one can’t share it');
});
