/**
 * F19: the wall clock of gateway and host jumps three days ahead, then five back, in the middle of questions.
 * It changes nothing: turns go on and end, durations come from a monotonic clock, turns stay in the order in
 * which they were asked, and users stay signed in.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

const directory = await temporaryDirectory();
const shiftFile = join(directory.path, 'shift');
await shiftTo(0);
afterAll(directory.remove);

const running = useGateway({
  env: {
    NODE_OPTIONS: `--import=${new URL('programs/shift-clock.ts', import.meta.url)}`,
    CLOCK_SHIFT_FILE: shiftFile,
  },
});

test('F19: a clock jump during answers changes neither their end, order nor duration', async () => {
  const owner = await somebody(running());
  await shiftTo(0);
  const first = await owner.ask('demo hold first');
  await owner.until(first.turnId, 'chunk');
  await shiftTo(3 * DAY);
  await owner.release('first');
  expect(await owner.finished(first.turnId)).toMatchObject(WHOLE);

  const second = await owner.ask('demo hold second');
  const third = await owner.ask('demo echo third');
  await owner.until(second.turnId, 'chunk');
  await shiftTo(-2 * DAY);
  await owner.release('second');
  expect(await owner.finished(second.turnId)).toMatchObject(WHOLE);
  expect(await owner.finished(third.turnId)).toMatchObject({ status: 'completed' });
  const fourth = await owner.answer('demo at once');
  expect(fourth).toMatchObject({ status: 'completed' });

  const { turns } = await owner.history();
  const asked = [first, second, third, fourth].map(({ turnId }) => turnId);
  expect(turns.map(({ turnId }) => turnId)).toEqual(asked.toReversed());
  expect(await page(owner, second.turnId)).toEqual([first.turnId]);
  expect((await running().prompts(owner.session)).map((prompt) => prompt.turnId)).toEqual(asked);
  // That the clock did jump shows in what was written down by it.
  expect(turns[2]?.startedAt).toBeGreaterThan(first.startedAt + 2.9 * DAY);
  expect(turns[0]?.startedAt).toBeLessThan(first.startedAt - 1.9 * DAY);
  for (const { durationMs } of turns) {
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(durationMs).toBeLessThan(60_000);
  }

  const ends = [];
  for (const turnId of asked) ends.push((await Array.fromAsync(owner.events(turnId))).at(-1)?.id);
  expect(ends).toEqual(ends.toSorted((one = 0, other = 0) => one - other));
  await owner.goesOn();
});

test('F19: a clock jump while the gateway is down: open turns go on, and queued ones keep their order', async () => {
  const anna = await somebody(running(), 'anna');
  await shiftTo(3 * DAY);
  const first = await anna.ask('demo hold first');
  await anna.until(first.turnId, 'chunk');
  const second = await anna.ask('demo at once', { key: 'second' });
  await running().end('SIGKILL');
  await shiftTo(-2 * DAY);
  await running().start();
  const third = await anna.ask('demo at once');
  expect(await anna.ask('demo at once', { key: 'second' })).toMatchObject({ turnId: second.turnId, queuePosition: 1 });
  await anna.release('first');
  const ended = await anna.finished(first.turnId);
  expect(ended).toMatchObject(WHOLE);
  expect(ended.durationMs).toBeGreaterThanOrEqual(0);
  expect(await anna.finished(third.turnId)).toMatchObject({ status: 'completed' });
  const asked = [first, second, third].map(({ turnId }) => turnId);
  expect((await running().prompts(anna.session)).map((prompt) => prompt.turnId)).toEqual(asked);
  expect((await anna.history()).turns.map(({ turnId }) => turnId)).toEqual(asked.toReversed());
  await anna.goesOn();
});

test('F19: a clock jump does not change when a silent agent times out', async () => {
  await running().end('SIGTERM');
  await running().start({ PALIADIN_TURN_TIMEOUT: '1s' });
  const ben = await somebody(running(), 'ben');
  await ben.goesOn();
  for (const days of [3, -2]) {
    await shiftTo(0);
    const { turnId } = await ben.ask('demo hold-first never');
    await ben.until(turnId, 'running');
    await shiftTo(days * DAY);
    const turn = await ben.finished(turnId);
    expect(turn).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    expect(turn.durationMs).toBeGreaterThanOrEqual(1000);
    expect(turn.durationMs).toBeLessThan(20_000);
  }
  await ben.goesOn();
});

const DAY = 24 * 3_600_000;
const WHOLE = { status: 'completed', response: 'This is the first half. This is the second half.', error: null };

async function shiftTo(ms: number): Promise<void> {
  await writeFile(shiftFile, String(ms));
}

async function page(person: Somebody, before: string): Promise<string[]> {
  const response = await person.call('GET', `/api/turns?before=${before}`);
  return ((await response.json()) as { turns: { turnId: string }[] }).turns.map(({ turnId }) => turnId);
}
