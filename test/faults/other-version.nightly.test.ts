/**
 * F28: gateway and host have different versions. Where their protocols differ, the error names both versions, and
 * nothing is typed; where only the host's daemon is older, it is replaced as soon as no turn runs in it.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startLaptop } from '../support/laptop.ts';
import { buildOtherShim } from '../support/other-shim.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const ours = join(laptop.home, 'ours.mjs');
copyFileSync(laptop.shim, ours);
const newer = await buildOtherShim(join(laptop.home, 'newer'), { version: '9.0.0', protocol: 2 });
const sameProtocol = await buildOtherShim(join(laptop.home, 'same'), { version: '0.9.9', protocol: 1 });
const running = useGateway({ laptop });

/** Installs it there, as an update would, and has the next connection find it. */
function install(shim: string): void {
  copyFileSync(shim, laptop.shim);
  laptop.cut();
}
beforeEach(() => copyFileSync(ours, laptop.shim));

test('F28: a shim with another protocol fails the turn with both versions, and nothing is typed', async () => {
  const owner = await somebody(running());
  await owner.goesOn();
  install(newer);
  const turn = await owner.answer('demo echo nothing');
  expect(turn).toMatchObject({
    status: 'failed',
    response: '',
    error: {
      code: 'shim_outdated',
      retryable: false,
      detail: 'the gateway asks for protocol 1, this shim (version 9.0.0) speaks protocol 2; update the older one',
    },
  });
  expect(await owner.timesReceived(turn.turnId)).toBe(0);
  install(ours);
  await owner.goesOn();
});

test('F28: a turn running while its host is updated past us fails, and is answered late once both agree', async () => {
  const anna = await somebody(running(), 'anna');
  const { turnId } = await anna.ask('demo hold here');
  await anna.until(turnId, 'chunk');
  install(newer);
  expect(await anna.finished(turnId)).toMatchObject({
    status: 'failed',
    response: 'This is the first half.',
    error: { code: 'shim_outdated' },
  });
  await anna.release('here');
  await until('the agent to answer', () => laptop.turnState(anna.session, turnId) === 'done');
  install(ours);
  await anna.goesOn(); // the first question after the update finds the host back
  await until('the late answer', async () => (await anna.turn(turnId)).late);
  expect(await anna.turn(turnId)).toMatchObject({ response: 'This is the first half. This is the second half.' });
  expect(await anna.timesReceived(turnId)).toBe(1);
});

test('F28: a daemon with another protocol is kept and named while busy, and replaced when idle', async () => {
  const owner = await somebody(running());
  await owner.goesOn();
  install(newer);
  const session = 'paliad-paliadin-0000000a';
  const turnId = '11111111-1111-4111-8111-111111111111';
  const words = ['run-turn', session, turnId, Buffer.from('demo hold-first there').toString('base64')];
  const cutOff = laptop.verb(...words);
  await until('the other daemon to run a turn', () => laptop.prompts(session).length > 0);
  install(ours);
  const refused = await owner.answer('demo echo nothing');
  expect(refused).toMatchObject({
    status: 'failed',
    error: {
      code: 'shim_outdated',
      detail: expect.stringMatching(
        /^the host daemon is of version 9\.0\.0 with protocol 2, this is version \S+ with protocol 1, and turns still run there/,
      ),
    },
  });
  expect(await owner.timesReceived(refused.turnId)).toBe(0);
  laptop.release('there', session);
  await cutOff;
  await until('the other daemon to be done', () => laptop.turnState(session, turnId) === 'done');
  await owner.goesOn();
  expect(await laptop.verb(...words)).toMatchObject({ code: 0, stdout: expect.stringContaining('Both halves') });
});

test('F28: a daemon of another version with our protocol serves while busy, and is replaced when idle', async () => {
  const carl = await somebody(running(), 'carl');
  install(sameProtocol);
  const { turnId } = await carl.ask('demo hold here');
  await carl.until(turnId, 'chunk');
  const old = laptop.daemonPid();
  install(ours);
  await carl.untilHost(turnId, 'here');
  expect(laptop.daemonPid()).toBe(old);
  await carl.release('here');
  expect(await carl.finished(turnId)).toMatchObject({ status: 'completed' });
  expect(await carl.timesReceived(turnId)).toBe(1);
  laptop.cut();
  await carl.goesOn();
  expect(laptop.daemonPid()).not.toBe(old);
});
