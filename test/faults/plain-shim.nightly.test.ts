/**
 * The host has an older shim that knows only `health`, `run-turn` and `reset`, and keeps no record: each question is
 * sent to it once, whatever breaks. When it is replaced by ours, the next connection streams.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { PLAIN_SHIM, startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const plain = `restrict,command="${PLAIN_SHIM}"`;
const laptop = await startLaptop();
afterAll(laptop.dispose);
laptop.setKeyOptions(plain);
// Of such a host only its owner knows how it keeps people apart.
const running = useGateway({ laptop, env: { PALIADIN_ISOLATION: 'directory' } });
beforeEach(() => laptop.setKeyOptions(plain));

/** How often the shim was given the turn. */
function timesGiven(turnId: string): number {
  const lines = readFileSync(join(laptop.home, 'calls.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter((call) => call.verb === 'run-turn' && call.turnId === turnId)
    .length;
}

test('an older shim answers, with one connection for each question', async () => {
  const owner = await somebody(running());
  const turn = await owner.answer('hello');
  expect(turn).toMatchObject({
    status: 'completed',
    response: 'You said 5 bytes.',
    usedTools: ['plain'],
    rowsSeen: 3,
    classifierTag: 'plain',
  });
  expect(timesGiven(turn.turnId)).toBe(1);
  expect(await owner.reset()).toMatchObject({ generation: 2 });
  expect(await owner.answer('x'.repeat(90_001))).toMatchObject({ error: { code: 'message_too_large' } });
});

test('a connection that breaks during a turn leaves it unknown, and the question is not sent again', async () => {
  const anna = await somebody(running(), 'anna');
  const { turnId } = await anna.ask('hold never');
  await until('the shim to have it', () => timesGiven(turnId) === 1);
  laptop.cut();
  expect(await anna.finished(turnId)).toMatchObject({
    status: 'unknown',
    error: { code: 'outcome_unknown', retryable: false },
  });
  expect(await anna.answer('hello')).toMatchObject({ status: 'completed' });
  expect(timesGiven(turnId)).toBe(1);
});

test('a gateway killed during a turn does not send the question again after a restart', async () => {
  const ben = await somebody(running(), 'ben');
  const { turnId } = await ben.ask('hold never');
  const waiting = await ben.ask('hello');
  await until('the shim to have it', () => timesGiven(turnId) === 1);
  await running().end('SIGKILL');
  await running().start();
  expect(await ben.finished(turnId)).toMatchObject({ status: 'unknown', error: { code: 'outcome_unknown' } });
  expect(await ben.finished(waiting.turnId)).toMatchObject({ status: 'completed' });
  expect([timesGiven(turnId), timesGiven(waiting.turnId)]).toEqual([1, 1]);
});

test('a turn of an older shim is cancelled at once', async () => {
  const carl = await somebody(running(), 'carl');
  const { turnId } = await carl.ask('hang');
  await until('the shim to have it', () => timesGiven(turnId) === 1);
  expect(await carl.cancel(turnId)).toMatchObject({ status: 'cancelled' });
  expect(await carl.answer('hello')).toMatchObject({ status: 'completed' });
});

test('after the older shim is replaced by ours, answers stream from the next connection on', async () => {
  const dora = await somebody(running(), 'dora');
  expect(await dora.answer('hello')).toMatchObject({ classifierTag: 'plain' });
  laptop.setKeyOptions(`restrict,command="${process.execPath} ${laptop.shim}"`);
  await laptop.stopListening();
  expect(await dora.answer('hello')).toMatchObject({ status: 'failed', error: { code: 'mriver_unreachable' } });
  await laptop.startListening();
  const held = await dora.ask('demo hold here');
  await dora.until(held.turnId, 'chunk');
  await dora.release('here');
  expect(await dora.finished(held.turnId)).toMatchObject({ status: 'completed' });
});
