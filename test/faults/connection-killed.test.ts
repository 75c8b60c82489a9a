/**
 * The connection to the host is killed in the middle of an answer, at the gateway's end or at the host's. The turn
 * goes on at the host; the page says that it reconnects, and the answer is complete.
 */
import { afterAll, expect, test } from 'vitest';
import { startLaptop } from '../support/laptop.ts';
import { descendants, nameOf, signal } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const running = useGateway({ laptop });

const WAYS = [
  ['F4', 'the ssh client', () => descendants(running().pid).filter((pid) => nameOf(pid) === 'ssh')],
  ['F5', 'the sshd of the connection', laptop.connections],
] as const;

for (const [fault, what, find] of WAYS) {
  test(`${fault}: killing ${what} in the middle of an answer reconnects, and the answer is complete`, async () => {
    const owner = await somebody(running(), fault);
    const { turnId } = await owner.ask('demo hold here');
    await owner.until(turnId, 'chunk');
    kill(find());
    await owner.until(turnId, 'presence');
    await owner.release('here');
    expect(await owner.finished(turnId)).toMatchObject(WHOLE);
    expect(await owner.presences(turnId)).toEqual(['away', 'here']);
    expect(await owner.timesReceived(turnId)).toBe(1);
    await owner.goesOn();
  });

  test(`${fault}: killing ${what} while the answer ends loses none of it`, async () => {
    const owner = await somebody(running(), `${fault}-end`);
    const { turnId } = await owner.ask('demo hold here');
    await owner.until(turnId, 'chunk');
    await owner.release('here');
    kill(find());
    expect(await owner.finished(turnId)).toMatchObject(WHOLE);
    expect(await owner.timesReceived(turnId)).toBe(1);
  });

  test(`${fault}: killing ${what} between two questions does not affect the next one`, async () => {
    const owner = await somebody(running(), `${fault}-between`);
    await owner.goesOn();
    kill(find());
    await owner.goesOn();
  });
}

test('F4, F5: killing both again and again leaves the answers of several running turns complete', async () => {
  const people = await Promise.all(['anna', 'ben', 'carl'].map((name) => somebody(running(), name)));
  const asked = await Promise.all(people.map((person) => person.ask('demo hold here')));
  await Promise.all(people.map((person, index) => person.until(asked[index]?.turnId ?? '', 'chunk')));
  for (let times = 0; times < 3; times++) {
    for (const [, what, find] of WAYS) {
      const found = await until(what, () => {
        const pids = find();
        return pids.length > 0 ? pids : null; // it may be away again when it is looked for twice
      });
      kill(found);
    }
  }
  for (const [index, person] of people.entries()) {
    const turnId = asked[index]?.turnId ?? '';
    await person.release('here');
    expect(await person.finished(turnId)).toMatchObject(WHOLE);
    expect(await person.timesReceived(turnId)).toBe(1);
  }
});

function kill(pids: readonly number[]): void {
  expect(pids).not.toEqual([]);
  for (const pid of pids) signal(pid, 'SIGKILL');
}

const WHOLE = {
  status: 'completed',
  response: 'This is the first half. This is the second half.',
  error: null,
};
