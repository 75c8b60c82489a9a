/**
 * More questions are asked during an answer. The agent takes one prompt at a time, so the others wait in the
 * order they came, show their position, can be cancelled, and are refused when too many wait.
 */
import { expect, test } from 'vitest';
import type { StreamedEvent } from '../../src/contract/api.ts';
import type { ApiClient } from '../support/api-client.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway({ env: { PALIADIN_QUEUE_LIMIT: '2' } });

test('F22: questions wait in order with their position, and do not block other users', async () => {
  const owner = await somebody(running());
  const first = await owner.ask('demo hold first');
  await owner.until(first.turnId, 'chunk');
  const second = await owner.ask('demo echo second');
  const third = await owner.ask('demo echo third');
  expect([second, third]).toMatchObject([
    { status: 'queued', queuePosition: 1 },
    { status: 'queued', queuePosition: 2 },
  ]);
  expect(await owner.turn(first.turnId)).toMatchObject({ status: 'running', queuePosition: null });
  expect(await owner.turn(second.turnId)).toMatchObject({ status: 'queued', queuePosition: 1 });
  expect(await owner.turn(third.turnId)).toMatchObject({ status: 'queued', queuePosition: 2 });

  await (await somebody(running(), 'anna')).goesOn();
  expect(await running().prompts(owner.session)).toHaveLength(1);

  await owner.release('first');
  expect(await owner.finished(third.turnId)).toMatchObject({ status: 'completed', queuePosition: null });
  expect(await typesAndPlaces(owner, first.turnId)).toEqual(['accepted', 'delivering', 'running', 'finished']);
  expect(await typesAndPlaces(owner, second.turnId)).toEqual(['accepted', 1, 'delivering', 'running', 'finished']);
  expect(await typesAndPlaces(owner, third.turnId)).toEqual(['accepted', 2, 1, 'delivering', 'running', 'finished']);
  expect((await owner.turn(second.turnId)).response).toContain('second');
  expect((await owner.turn(third.turnId)).response).toContain('third');
  expect(await prompted(owner.session)).toEqual([first, second, third].map(({ turnId }) => turnId));
  await owner.goesOn();
});

test('F22: a full queue refuses a question, and accepts the same key later', async () => {
  const ben = await somebody(running(), 'ben');
  const first = await ben.ask('demo hold first');
  await ben.until(first.turnId, 'chunk');
  const second = await ben.ask('demo at once', { key: 'second' });
  const third = await ben.ask('demo at once');
  const refused = await ben.call('POST', '/api/turns', {
    body: { message: 'demo at once' },
    headers: { 'idempotency-key': 'fourth' },
  });
  expect([refused.status, await refused.json()]).toEqual([
    429,
    {
      code: 'queue_full',
      message: 'You already have several questions waiting. Please wait for an answer first.',
      retryable: true,
      detail: '2 questions wait already; PALIADIN_QUEUE_LIMIT is the bound',
    },
  ]);
  // Nothing is left of it, and what waits already is no new question.
  expect((await ben.history()).turns.map(({ turnId }) => turnId)).toEqual([third, second, first].map(idOf));
  expect(await ben.ask('demo at once', { key: 'second' })).toMatchObject({ turnId: second.turnId, queuePosition: 1 });
  await (await somebody(running(), 'anna')).goesOn();

  await ben.release('first');
  await ben.finished(second.turnId);
  const fourth = await ben.answer('demo at once', { key: 'fourth' });
  expect(fourth).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await prompted(ben.session)).toEqual([first, second, third, fourth].map(idOf));
  await ben.goesOn();
});

test('F22: cancelling a waiting question never types it, and frees its slot', async () => {
  const carl = await somebody(running(), 'carl');
  const first = await carl.ask('demo hold first');
  await carl.until(first.turnId, 'chunk');
  const second = await carl.ask('demo at once');
  const third = await carl.ask('demo at once');
  expect(await carl.cancel(second.turnId)).toMatchObject({
    status: 'cancelled',
    response: '',
    queuePosition: null,
    error: { code: 'cancelled', message: 'Stopped.' },
  });
  expect(await carl.turn(first.turnId)).toMatchObject({ status: 'running' });
  expect(await carl.turn(third.turnId)).toMatchObject({ status: 'queued', queuePosition: 1 });
  const fourth = await carl.ask('demo at once');
  expect(fourth).toMatchObject({ status: 'queued', queuePosition: 2 });
  // The last of the line leaves it too, and nobody moves.
  expect(await carl.cancel(fourth.turnId)).toMatchObject({ status: 'cancelled' });
  expect(await carl.turn(third.turnId)).toMatchObject({ queuePosition: 1 });

  await carl.release('first');
  expect(await carl.finished(third.turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await typesAndPlaces(carl, second.turnId)).toEqual(['accepted', 1, 'finished']);
  expect(await typesAndPlaces(carl, third.turnId)).toEqual(['accepted', 2, 1, 'delivering', 'running', 'finished']);
  expect(await typesAndPlaces(carl, fourth.turnId)).toEqual(['accepted', 2, 'finished']);
  expect(await prompted(carl.session)).toEqual([first, third].map(idOf));
  await carl.goesOn();
});

test('F22: cancelling the running turn starts the next', async () => {
  const dora = await somebody(running(), 'dora');
  const first = await dora.ask('demo hold first');
  await dora.until(first.turnId, 'chunk');
  const second = await dora.ask('demo at once');
  expect(await dora.cancel(first.turnId)).toMatchObject({
    status: 'cancelled',
    response: 'This is the first half.',
    error: { code: 'cancelled' },
  });
  expect(await dora.finished(second.turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await prompted(dora.session)).toEqual([first, second].map(idOf));
  await dora.goesOn();
});

/** What happened to a turn: each event's type, of a place in the queue its number, of the answer nothing. */
async function typesAndPlaces(person: ApiClient, turnId: string): Promise<(string | number)[]> {
  const seen: StreamedEvent[] = [];
  for await (const { event } of person.events(turnId)) seen.push(event);
  return seen
    .filter(({ type }) => type !== 'chunk')
    .map((event) => (event.type === 'queued' ? event.position : event.type));
}

async function prompted(session: string) {
  return (await running().prompts(session)).map((prompt) => prompt.turnId);
}

function idOf({ turnId }: { turnId: string }): string {
  return turnId;
}
