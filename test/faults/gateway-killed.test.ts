/**
 * The gateway is killed at different moments: while an answer streams, before the host has received a question,
 * with more questions waiting. After a restart it continues: each accepted question is typed once, and the
 * answer is complete.
 */
import { expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test('F1: a gateway killed in the middle of an answer continues it after a restart', async () => {
  const gateway = running();
  const person = await somebody(gateway, 'anna');
  const { turnId } = await person.ask('demo hold here');
  const half = await person.until(turnId, 'chunk');
  await gateway.end('SIGKILL');
  await gateway.start();
  expect(await person.turn(turnId)).toMatchObject({ status: 'running', response: 'This is the first half.' });
  await person.release('here');
  const turn = await person.finished(turnId);
  expect(turn).toMatchObject({ status: 'completed', response: 'This is the first half. This is the second half.' });
  expect(half.type === 'chunk' && turn.response.startsWith(half.text)).toBe(true);
  expect(await person.timesReceived(turnId)).toBe(1);
  await person.goesOn();
});

test('F1: an answer that ended while no gateway ran is stored after its restart', async () => {
  const gateway = running();
  const person = await somebody(gateway, 'ben');
  const { turnId } = await person.ask('demo hold here');
  const waiting = await person.ask('demo at once');
  await person.until(turnId, 'chunk');
  await gateway.end('SIGKILL');
  await person.release('here');
  await gateway.start();
  expect(await person.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await person.finished(waiting.turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect((await gateway.prompts(person.session)).map((prompt) => prompt.turnId)).toEqual([turnId, waiting.turnId]);
});

test('F2: a gateway killed before the host received the question delivers it once after a restart', async () => {
  const gateway = running();
  const person = await somebody(gateway, 'carl');
  await person.goesOn();
  const daemon = await gateway.daemonPid();
  process.kill(daemon, 'SIGSTOP');
  // The host was well a moment ago, so this one is sent, and lies in the socket of the stopped daemon.
  const sent = await person.ask('demo echo sent');
  await person.until(sent.turnId, 'delivering');
  const waiting = await person.ask('demo echo waiting');
  await gateway.end('SIGKILL');
  expect(await person.timesReceived(sent.turnId)).toBe(0);
  process.kill(daemon, 'SIGCONT');
  await gateway.start();
  for (const { turnId, word } of [
    { ...sent, word: 'sent' },
    { ...waiting, word: 'waiting' },
  ]) {
    const turn = await person.finished(turnId);
    expect(turn).toMatchObject({ status: 'completed', response: expect.stringContaining(word), error: null });
    expect(await person.timesReceived(turnId)).toBe(1);
  }
  await person.goesOn();
});

test('F2: a gateway killed during a health probe delivers the question once after a restart', async () => {
  const gateway = running();
  const person = await somebody(gateway, 'dora');
  await person.goesOn();
  const daemon = await gateway.daemonPid();
  await gateway.end('SIGKILL');
  process.kill(daemon, 'SIGSTOP');
  await gateway.start();
  const { turnId } = await person.ask('demo at once');
  expect((await person.turn(turnId)).status).toBe('queued');
  await gateway.end('SIGKILL');
  process.kill(daemon, 'SIGCONT');
  await gateway.start();
  expect(await person.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await person.timesReceived(turnId)).toBe(1);
  await person.goesOn();
});

test('a gateway killed at any step after accepting a question has it answered once', async () => {
  const gateway = running();
  const person = await somebody(gateway, 'emil');
  // Each time a step further: on record, about to be delivered, received.
  for (const step of [null, 'delivering', 'running'] as const) {
    const { turnId } = await person.ask('demo at once');
    if (step !== null) await person.until(turnId, step);
    await gateway.end('SIGKILL');
    await gateway.start();
    expect(await person.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
    expect(await person.timesReceived(turnId)).toBe(1);
  }
});
