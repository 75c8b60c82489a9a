/**
 * The gateway is killed at different moments: while an answer streams, before the host has received a question,
 * with more questions waiting. After a restart it continues: each accepted question is typed once, and the
 * answer is complete.
 */
import { expect, test } from 'vitest';
import { gatewayForTest } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

test('F1: a gateway killed in the middle of an answer continues it after a restart', async () => {
  const gateway = await gatewayForTest();
  const owner = await somebody(gateway);
  const { turnId } = await owner.ask('demo hold here');
  const half = await owner.until(turnId, 'chunk');
  await gateway.end('SIGKILL');
  await gateway.start();
  expect(await owner.turn(turnId)).toMatchObject({ status: 'running', response: 'This is the first half.' });
  await owner.release('here');
  const turn = await owner.finished(turnId);
  expect(turn).toMatchObject({ status: 'completed', response: 'This is the first half. This is the second half.' });
  expect(half.type === 'chunk' && turn.response.startsWith(half.text)).toBe(true);
  expect(await owner.timesReceived(turnId)).toBe(1);
  await owner.goesOn();
});

test('F1: an answer that ended while no gateway ran is stored after its restart', async () => {
  const gateway = await gatewayForTest();
  const owner = await somebody(gateway);
  const { turnId } = await owner.ask('demo hold here');
  const waiting = await owner.ask('demo at once');
  await owner.until(turnId, 'chunk');
  await gateway.end('SIGKILL');
  await owner.release('here');
  await gateway.start();
  expect(await owner.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await owner.finished(waiting.turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect((await gateway.prompts(owner.session)).map((prompt) => prompt.turnId)).toEqual([turnId, waiting.turnId]);
});

test('F2: a gateway killed before the host received the question delivers it once after a restart', async () => {
  const gateway = await gatewayForTest();
  const owner = await somebody(gateway);
  await owner.goesOn();
  const daemon = await gateway.daemonPid();
  process.kill(daemon, 'SIGSTOP');
  // The host was well a moment ago, so this one is sent, and lies in the socket of the stopped daemon.
  const sent = await owner.ask('demo echo sent');
  await owner.until(sent.turnId, 'delivering');
  const waiting = await owner.ask('demo echo waiting');
  await gateway.end('SIGKILL');
  expect(await owner.timesReceived(sent.turnId)).toBe(0);
  process.kill(daemon, 'SIGCONT');
  await gateway.start();
  for (const { turnId, word } of [
    { ...sent, word: 'sent' },
    { ...waiting, word: 'waiting' },
  ]) {
    const turn = await owner.finished(turnId);
    expect(turn).toMatchObject({ status: 'completed', response: expect.stringContaining(word), error: null });
    expect(await owner.timesReceived(turnId)).toBe(1);
  }
  await owner.goesOn();
});

test('F2: a gateway killed during a health probe delivers the question once after a restart', async () => {
  const gateway = await gatewayForTest();
  const owner = await somebody(gateway);
  await owner.goesOn();
  const daemon = await gateway.daemonPid();
  await gateway.end('SIGKILL');
  process.kill(daemon, 'SIGSTOP');
  await gateway.start();
  const { turnId } = await owner.ask('demo at once');
  expect((await owner.turn(turnId)).status).toBe('queued');
  await gateway.end('SIGKILL');
  process.kill(daemon, 'SIGCONT');
  await gateway.start();
  expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await owner.timesReceived(turnId)).toBe(1);
  await owner.goesOn();
});

test('a gateway killed at any step after accepting a question has it answered once', async () => {
  const gateway = await gatewayForTest();
  const owner = await somebody(gateway);
  // Each time a step further: on record, about to be delivered, received.
  for (const step of [null, 'delivering', 'running'] as const) {
    const { turnId } = await owner.ask('demo at once');
    if (step !== null) await owner.until(turnId, step);
    await gateway.end('SIGKILL');
    await gateway.start();
    expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
    expect(await owner.timesReceived(turnId)).toBe(1);
  }
});
