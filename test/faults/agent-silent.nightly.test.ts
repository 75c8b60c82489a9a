/**
 * F11: the agent is silent. After the timeout the turn is given up, and the user may ask again; an answer
 * that still comes is shown under its question, as late.
 */
import { expect, test } from 'vitest';
import type { TurnView } from '../../src/contract/api.ts';
import { readEvents } from '../support/api-client.ts';
import { useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

const running = useGateway({ env: { PALIADIN_TURN_TIMEOUT: '1s' } });

test('F11: an answer that comes after its turn was given up is shown as late', async () => {
  const owner = await somebody(running());
  const { turnId } = await owner.ask('demo hold-first here');
  const given = await owner.finished(turnId);
  expect(given).toMatchObject(GIVEN_UP);
  expect(given.durationMs).toBeGreaterThanOrEqual(1000);
  const { cursor } = await owner.history();
  await owner.release('here');
  expect(await late(owner, turnId, cursor)).toMatchObject(LATE);
  expect(await owner.turn(turnId)).toMatchObject({ ...LATE, durationMs: given.durationMs });
  expect((await owner.history()).turns).toMatchObject([LATE]);
  expect(await owner.timesReceived(turnId)).toBe(1);
  await owner.goesOn();
});

test('F11: a late answer that came while the gateway was down is found at its start', async () => {
  const anna = await somebody(running(), 'anna');
  const { turnId } = await anna.answer('demo hold-first here');
  await running().end('SIGKILL');
  await anna.release('here');
  await running().start();
  expect(await late(anna, turnId)).toMatchObject(LATE);
  expect(await anna.timesReceived(turnId)).toBe(1);
  await anna.goesOn();
});

test('F11: a late answer is found after daemon and gateway were both killed before it came', async () => {
  const ben = await somebody(running(), 'ben');
  const { turnId } = await ben.answer('demo hold-first here');
  process.kill(await running().daemonPid(), 'SIGKILL');
  await running().end('SIGKILL');
  await ben.release('here');
  await running().start();
  expect(await late(ben, turnId)).toMatchObject(LATE);
  expect(await ben.timesReceived(turnId)).toBe(1);
  await ben.goesOn();
});

test('F11: the next question does not wait for the late answer: it interrupts the agent and is answered', async () => {
  const carl = await somebody(running(), 'carl');
  const { turnId } = await carl.answer('demo hold-first here');
  await carl.goesOn();
  await carl.release('here');
  await carl.goesOn();
  expect(await carl.turn(turnId)).toMatchObject({ ...GIVEN_UP, late: false });
  expect(await carl.timesReceived(turnId)).toBe(1);
});

test('F11: an agent that never reacts again is ended, and its conversation is resumed', async () => {
  const dora = await somebody(running(), 'dora');
  const { turnId } = await dora.answer('demo hang');
  expect(await dora.turn(turnId)).toMatchObject(GIVEN_UP);
  expect(await dora.answer('demo memory')).toMatchObject({
    status: 'completed',
    response: expect.stringContaining('demo hang'),
  });
  expect(await dora.timesReceived(turnId)).toBe(1);
});

test('F11: silence in the middle of an answer keeps the first part, until the rest comes late', async () => {
  const emil = await somebody(running(), 'emil');
  const { turnId } = await emil.ask('demo hold here');
  const half = { ...GIVEN_UP, response: 'This is the first half.' };
  expect(await emil.finished(turnId)).toMatchObject(half);
  await emil.release('here');
  expect(await late(emil, turnId)).toMatchObject({
    ...half,
    late: true,
    response: 'This is the first half. This is the second half.',
  });
  await emil.goesOn();
});

/** The turn as the event shows it that tells of the late answer, waiting for that from event `after` on. */
async function late(person: Somebody, turnId: string, after = 0): Promise<TurnView> {
  const { body } = await person.call('GET', `/api/events?after=${after}`);
  if (body === null) throw new TypeError('a stream has a body');
  for await (const { event } of readEvents(body)) {
    if (event.type !== 'late' || event.turnId !== turnId) continue;
    expect(await person.turn(turnId)).toEqual(event.turn);
    return event.turn;
  }
  throw new Error('the stream ended without a late answer');
}

const GIVEN_UP = {
  status: 'failed',
  response: '',
  late: false,
  error: {
    code: 'timeout',
    message: 'The assistant gave no sign of life in time. If its answer still comes, it will appear here.',
    retryable: true,
  },
};
const LATE = { ...GIVEN_UP, late: true, response: 'Both halves at the end.', classifierTag: 'demo' };
