/**
 * F6: the connection is open but nothing comes over it: its sshd is stopped. The page says first that the host is
 * unresponsive, then that it reconnects; the answer is complete.
 */
import { afterAll, expect, test } from 'vitest';
import { startLaptop } from '../support/laptop.ts';
import { signal } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const running = useGateway({ laptop });

test('F6: a silent connection is shown, then replaced; the answer is complete', { timeout: 90_000 }, async () => {
  const [owner, anna] = await Promise.all(['owner', 'anna'].map((name) => somebody(running(), name)));
  if (!owner || !anna) throw new TypeError('two people');
  const { turnId } = await owner.ask('demo hold here');
  await owner.until(turnId, 'chunk');
  const stopped = laptop.connections();
  expect(stopped).not.toEqual([]);
  for (const pid of stopped) signal(pid, 'SIGSTOP');
  await owner.release('here'); // the agent goes on; nobody hears of it

  await owner.untilHost(turnId, 'silent');
  // Whoever asks now is not told that all is well.
  const refused = await anna.answer('demo at once');
  expect(refused).toMatchObject({ status: 'failed', error: { code: 'mriver_unreachable', retryable: true } });
  expect(await anna.timesReceived(refused.turnId)).toBe(0);

  expect(await owner.finished(turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await owner.presences(turnId)).toEqual(['silent', 'away', 'here']);
  expect(await owner.timesReceived(turnId)).toBe(1);
  for (const pid of stopped) signal(pid, 'SIGKILL'); // the old connection, which nobody needs
  await until('the old connection to be gone', () => laptop.connections().every((pid) => !stopped.includes(pid)));
  await anna.goesOn();
});

test('F6: a silent connection that answers again in time is kept, and loses nothing', { timeout: 90_000 }, async () => {
  const ben = await somebody(running(), 'ben');
  const { turnId } = await ben.ask('demo hold here');
  await ben.until(turnId, 'chunk');
  const stopped = laptop.connections();
  for (const pid of stopped) signal(pid, 'SIGSTOP');
  await ben.untilHost(turnId, 'silent');
  for (const pid of stopped) signal(pid, 'SIGCONT');
  await ben.untilHost(turnId, 'here');
  await ben.release('here');
  expect(await ben.finished(turnId)).toMatchObject({ status: 'completed' });
  expect(await ben.presences(turnId)).toEqual(['silent', 'here']);
  expect(laptop.connections()).toEqual(stopped);
});
