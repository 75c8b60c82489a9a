/**
 * F3: the host's daemon is killed. What it knew of a turn is in its journal and in the agent's own record, so the
 * next daemon, which the gateway starts by itself, continues from there. Where neither shows whether the agent
 * received the prompt, the outcome is unknown: nothing is typed again.
 */
import { expect, test } from 'vitest';
import type { TestGateway } from '../support/gateway.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test('F3: a daemon killed after typing, without evidence, leaves the outcome unknown; typed once', async () => {
  const owner = await somebody(running());
  const { turnId } = await owner.ask('demo deaf');
  await owner.received(turnId);
  await killDaemon(running());
  const turn = await owner.finished(turnId);
  expect(turn).toMatchObject({
    status: 'unknown',
    response: '',
    error: {
      code: 'outcome_unknown',
      message: expect.stringMatching(/may or may not have reached the assistant. Send it again\?/),
      retryable: false,
      detail: expect.stringContaining('the daemon ended while it typed'),
    },
  });
  await owner.goesOn();
  expect(await owner.timesReceived(turnId)).toBe(1);
});

test('F3: a daemon killed in the middle of an answer is replaced, and the answer is complete', async () => {
  const anna = await somebody(running(), 'anna');
  const { turnId } = await anna.ask('demo hold here');
  await anna.until(turnId, 'chunk');
  const first = await running().daemonPid();
  await killDaemon(running());
  await anna.release('here');
  expect(await anna.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
    error: null,
  });
  expect(await anna.timesReceived(turnId)).toBe(1);
  expect(await running().daemonPid()).not.toBe(first);
  await anna.goesOn();
});

test('F3: a daemon killed before it typed is replaced, and the question is typed once', async () => {
  const ben = await somebody(running(), 'ben');
  await ben.goesOn();
  const daemon = await running().daemonPid();
  process.kill(daemon, 'SIGSTOP');
  const { turnId } = await ben.ask('demo at once');
  await ben.until(turnId, 'delivering');
  process.kill(daemon, 'SIGKILL');
  expect(await ben.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await ben.timesReceived(turnId)).toBe(1);
});

test('F3: after daemon and gateway are both killed the answer is complete', async () => {
  const carl = await somebody(running(), 'carl');
  const { turnId } = await carl.ask('demo hold here');
  await carl.until(turnId, 'chunk');
  await running().end('SIGKILL');
  await killDaemon(running());
  await carl.release('here');
  await running().start();
  expect(await carl.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await carl.timesReceived(turnId)).toBe(1);
  await carl.goesOn();
});

async function killDaemon(gateway: TestGateway): Promise<void> {
  process.kill(await gateway.daemonPid(), 'SIGKILL');
}
