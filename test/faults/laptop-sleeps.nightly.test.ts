/**
 * F20: the laptop's lid is closed in the middle of an answer, for longer than any timeout: everything on it stops.
 * The turn is given up as unknown; when the laptop wakes up, the answer is shown as late.
 */
import { afterAll, expect, test } from 'vitest';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const laptop = await startLaptop({ env: { PALIADIN_TURN_TIMEOUT: '2s' } });
afterAll(laptop.dispose);
const running = useGateway({
  laptop,
  env: { NODE_OPTIONS: `--import=${new URL('programs/impatient.ts', import.meta.url)}` },
});

test('F20: a turn whose laptop sleeps past every timeout is answered late', { timeout: 120_000 }, async () => {
  const [owner, anna] = await Promise.all(['owner', 'anna'].map((name) => somebody(running(), name)));
  if (!owner || !anna) throw new TypeError('two people');
  const { turnId } = await owner.ask('demo hold here');
  await owner.until(turnId, 'chunk');
  laptop.sleep();
  await owner.release('here');

  expect(await owner.finished(turnId)).toMatchObject({
    status: 'unknown',
    response: 'This is the first half.',
    late: false,
    error: { code: 'outcome_unknown', detail: expect.stringMatching(/stayed away/) },
  });
  expect(await owner.presences(turnId)).toEqual(['silent', 'away']);
  const meanwhile = await anna.answer('demo at once');
  expect(meanwhile).toMatchObject({ status: 'failed', error: { code: 'mriver_unreachable' } });

  laptop.wake();
  // Nobody asks anything: the gateway finds it back by itself.
  await until('the late answer', async () => (await owner.turn(turnId)).late, 60_000);
  expect(await owner.turn(turnId)).toMatchObject({
    status: 'unknown',
    late: true,
    response: 'This is the first half. This is the second half.',
    error: { code: 'outcome_unknown' },
  });
  expect(await owner.timesReceived(turnId)).toBe(1);
  expect(await anna.timesReceived(meanwhile.turnId)).toBe(0);
  await owner.goesOn();
  await anna.goesOn();
});
