/**
 * F8: another machine answers under the host's name, or the host was reinstalled. Nothing is sent to it, and the
 * gateway does not retry by itself: a person has to check.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const running = useGateway({ laptop });

test('F8: after the host key changed nothing is sent or retried, and the owner is told why', async () => {
  const owner = await somebody(running());
  const anna = await somebody(running(), 'anna');
  const { turnId } = await owner.ask('demo hold here');
  await owner.until(turnId, 'chunk');
  await laptop.changeHostKey();
  const before = laptop.log.length;
  laptop.cut();

  // The one that runs ends at once; its agent goes on.
  expect(await owner.finished(turnId)).toMatchObject({ ...CHANGED, response: 'This is the first half.' });
  const asked = 4;
  for (let times = 0; times < asked; times++) {
    const turn = await anna.answer('demo at once');
    expect(turn).toMatchObject({ ...CHANGED, response: '' });
    expect(await anna.timesReceived(turn.turnId)).toBe(0);
    // A user learns that the owner has to look, and nothing of the machine.
    expect(turn.error?.detail).toBeNull();
  }
  expect((await owner.turn(turnId)).error?.detail).toMatch(
    /^\S+@127\.0\.0\.1:\d+: Host key verification failed\.; the host shows another key than the pinned one/,
  );
  // One attempt for each that was asked for, and at most two when the connection broke.
  const attempts = laptop.log.slice(before).match(/\[preauth\]/g)?.length ?? 0;
  expect(attempts).toBeGreaterThanOrEqual(asked);
  expect(attempts).toBeLessThanOrEqual(asked + 2);
  expect(laptop.log.slice(before)).not.toMatch(/Accepted/);

  // Pinned anew, the next question finds it, and the answer that nobody waited for is shown.
  await owner.release('here');
  await until('the agent to answer', () => laptop.turnState(owner.session, turnId) === 'done');
  writeFileSync(laptop.knownHostsFile, laptop.hostKeyLine());
  await anna.goesOn();
  await until('the late answer', async () => (await owner.turn(turnId)).late);
  expect(await owner.turn(turnId)).toMatchObject({ response: 'This is the first half. This is the second half.' });
  expect(await owner.timesReceived(turnId)).toBe(1);
});

const CHANGED = {
  status: 'failed',
  error: {
    code: 'host_key_changed',
    message: expect.stringMatching(/identified itself with an unknown key, so nothing was sent/),
    retryable: false,
  },
};
