/**
 * The same question arrives many times under one key: an impatient user, a browser or a proxy that retries. It
 * is one turn, and the agent gets one prompt.
 */
import { expect, test } from 'vitest';
import type { ErrorBody, TurnView } from '../../src/contract/api.ts';
import type { ApiClient } from '../support/api-client.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test('F21: forty submits with one key at once make one turn, and one prompt at the agent', async () => {
  const owner = await somebody(running());
  const replies = await atOnce(SUBMITS, () => submit(owner, 'one', 'demo at once'));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
  const [turnId = '', ...others] = new Set(replies.map(({ body }) => body.turnId));
  expect(others).toEqual([]);
  expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.', error: null });
  expect((await owner.history()).turns.map((turn) => turn.turnId)).toEqual([turnId]);
  expect(await running().prompts(owner.session)).toHaveLength(1);
  await owner.goesOn();
});

test('F21: a key gives the same turn after its end and after the gateway was killed', async () => {
  const anna = await somebody(running(), 'anna');
  const first = await anna.answer('demo at once', { key: 'one' });
  expect(await anna.ask('demo at once', { key: 'one' })).toEqual(first);
  await running().end('SIGKILL');
  await running().start();
  expect(await anna.ask('demo at once', { key: 'one' })).toEqual(first);
  expect(await running().prompts(anna.session)).toHaveLength(1);
  await anna.goesOn();
});

test('F21: another question under a used key is refused, and nothing is typed', async () => {
  const ben = await somebody(running(), 'ben');
  const first = await ben.answer('demo at once', { key: 'one' });
  for (const body of [{ message: 'demo at once, please' }, { message: 'demo at once', sessionId: 'another' }]) {
    expect(await submit(ben, 'one', body.message, body.sessionId)).toMatchObject(MISMATCH);
  }
  expect((await ben.history()).turns).toEqual([first]);
  expect(await running().prompts(ben.session)).toHaveLength(1);
  await ben.goesOn();
});

test('F21: of two questions sent under one key at once, one is accepted and the other refused', async () => {
  const carl = await somebody(running(), 'carl');
  const words = ['demo echo heads', 'demo echo tails'];
  const replies = await atOnce(SUBMITS, (number) => submit(carl, 'one', words[number % 2] ?? ''));
  const taken = replies.filter(({ status }) => status === 202);
  const refused = replies.filter(({ status }) => status !== 202);
  expect(taken).toHaveLength(SUBMITS / 2);
  expect(new Set(taken.map(({ body }) => body.turnId)).size).toBe(1);
  for (const reply of refused) expect(reply).toMatchObject(MISMATCH);
  const asked = taken[0]?.body as TurnView;
  expect((await carl.finished(asked.turnId)).status).toBe('completed');
  expect(await running().prompts(carl.session)).toMatchObject([{ turnId: asked.turnId, message: asked.message }]);
  await carl.goesOn();
});

test('F21: the same key from another user is another turn', async () => {
  const [dora, emil] = [await somebody(running(), 'dora'), await somebody(running(), 'emil')];
  const [hers, his] = await Promise.all([
    dora.answer('demo echo hers', { key: 'one' }),
    emil.answer('demo echo his', { key: 'one' }),
  ]);
  expect(hers.response).toContain('hers');
  expect(his.response).toContain('his');
  expect(await dora.timesReceived(hers.turnId)).toBe(1);
  expect(await emil.timesReceived(his.turnId)).toBe(1);
});

const SUBMITS = 40;

const MISMATCH = {
  status: 422,
  body: {
    code: 'idempotency_mismatch',
    message: 'This key was already used for another question.',
    retryable: false,
  },
};

async function submit(person: ApiClient, key: string, message: string, sessionId?: string) {
  const headers = { 'idempotency-key': key };
  const response = await person.call('POST', '/api/turns', { body: { message, sessionId }, headers });
  return { status: response.status, body: (await response.json()) as TurnView & ErrorBody };
}

function atOnce<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => work(number)));
}
