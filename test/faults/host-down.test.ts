/**
 * F7: nothing listens on the host: it is switched off, or offline. A question fails at once, and works again as soon
 * as the host is back. A turn that ran there can be cancelled, or is completed when the host is back.
 */
import { renameSync } from 'node:fs';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const running = useGateway({ laptop });

/** Back before the next test, whatever became of this one. */
afterEach(async () => {
  if (down) await goUp();
});
let down = false;

async function goDown(): Promise<void> {
  await laptop.stopListening();
  laptop.cut();
  down = true;
}

async function goUp(): Promise<void> {
  await laptop.startListening();
  down = false;
}

const ready = () => fetch(`${running().url}/readyz`);

test('F7: questions to a host that is down fail at once, and the next one works when it is back', async () => {
  const owner = await somebody(running());
  await owner.goesOn();
  await goDown();
  // What is asked before it has noticed may have been on its way already, and is waited for.
  await until('the gateway to say that it is not ready', async () => (await ready()).status === 503);
  for (const question of ['demo echo one', 'demo echo two']) {
    const turn = await owner.answer(question);
    expect(turn).toMatchObject({
      status: 'failed',
      response: '',
      error: {
        code: 'mriver_unreachable',
        retryable: true,
        detail: expect.stringMatching(/: ssh: connect to host .*: Connection refused; nothing listens there/),
      },
    });
    // What ssh takes to be refused, on a busy machine too; nothing is waited for.
    expect(turn.durationMs).toBeLessThan(2_000);
    expect(await owner.timesReceived(turn.turnId)).toBe(0);
  }
  await goUp();
  await owner.goesOn();
});

test('F7: a gateway started while its host is down serves pages, and reconnects when it is back', async () => {
  const anna = await somebody(running(), 'anna');
  await running().end('SIGTERM');
  await goDown();
  await running().start();
  expect(await anna.answer('demo at once')).toMatchObject({ error: { code: 'mriver_unreachable' } });
  await goUp();
  await until('the host to be found', async () => (await ready()).ok);
  await anna.goesOn();
});

test('a turn whose host went down is cancelled at once, and its agent when the host is back', async () => {
  const ben = await somebody(running(), 'ben');
  const { turnId } = await ben.ask('demo hold here');
  await ben.until(turnId, 'chunk');
  await goDown();
  await ben.untilHost(turnId, 'away');
  expect(await ben.cancel(turnId)).toMatchObject({
    status: 'cancelled',
    response: 'This is the first half.',
    error: { code: 'cancelled' },
  });
  expect(laptop.turnState(ben.session, turnId)).not.toBe('cancelled');
  await goUp();
  await until('the agent to be told', () => laptop.turnState(ben.session, turnId) === 'cancelled');
  await ben.goesOn();
});

test('a turn whose agent answered while the host was down is complete when it is back', async () => {
  const carl = await somebody(running(), 'carl');
  const { turnId } = await carl.ask('demo hold here');
  const waiting = await carl.ask('demo at once');
  await carl.until(turnId, 'chunk');
  await goDown();
  await carl.untilHost(turnId, 'away');
  await carl.release('here');
  await until('the agent to answer', () => laptop.turnState(carl.session, turnId) === 'done');
  await goUp();
  expect(await carl.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await carl.finished(waiting.turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await carl.timesReceived(turnId)).toBe(1);
});

test('a gateway killed while its host is down finds the answer when both are back', async () => {
  const dora = await somebody(running(), 'dora');
  const { turnId } = await dora.ask('demo hold here');
  await dora.until(turnId, 'chunk');
  await goDown();
  await running().end('SIGKILL');
  await dora.release('here');
  await running().start();
  await dora.untilHost(turnId, 'away');
  expect(await dora.turn(turnId)).toMatchObject({ status: 'running', response: 'This is the first half.' });
  await goUp();
  expect(await dora.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await dora.timesReceived(turnId)).toBe(1);
});

test('a turn waits while its host’s shim is missing, and is completed when it is back', async () => {
  const emil = await somebody(running(), 'emil');
  const { turnId } = await emil.ask('demo hold here');
  await emil.until(turnId, 'chunk');
  const away = `${laptop.shim}.away`;
  renameSync(laptop.shim, away);
  const before = laptop.log.length;
  laptop.cut();
  // Two are let in and find no shim: it was tried again.
  await until('the shim to be missed twice', () => (laptop.log.slice(before).match(/Accepted/g)?.length ?? 0) >= 3);
  expect(await emil.turn(turnId)).toMatchObject({ status: 'running', response: 'This is the first half.' });
  renameSync(away, laptop.shim);
  await emil.release('here');
  expect(await emil.finished(turnId)).toMatchObject({ status: 'completed' });
  expect(await emil.timesReceived(turnId)).toBe(1);
});
