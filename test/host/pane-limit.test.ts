/** More users than terminals: the least recently used one is ended, and its conversation continues later. */
import { describe, expect, test } from 'vitest';
import { paneLimit } from '../../src/host/pane-limit.ts';
import { until } from '../support/until.ts';
import { testHost } from './test-host.ts';

const never = new AbortController().signal;

/** Slots whose users end at once, unless they are in `stays`; with what has ended, in order. */
function slots(limit: number, stays: string[] = []) {
  let time = 0;
  const ended: string[] = [];
  const panes = paneLimit(limit, () => ++time);
  const userOf = (session: string) => ({
    session,
    async hibernate() {
      if (stays.includes(session)) return false;
      ended.push(session);
      return true;
    },
  });
  const use = (session: string, work: () => Promise<unknown> = async () => {}, signal = never) =>
    panes.use(userOf(session), signal, work);
  return { panes, use, ended, userOf };
}

describe('the limit of terminals', () => {
  test('ends the least recently used one', async () => {
    const { use, ended } = slots(2);
    for (const session of ['a', 'b', 'a', 'c', 'b']) await use(session);
    expect(ended).toEqual(['b', 'a']);
  });

  test('ends none that is in use or watched; a session without a terminal waits', async () => {
    const { use, ended } = slots(2, ['b']);
    const held = Promise.withResolvers<void>();
    const working = use('a', () => held.promise);
    await use('b');
    let done = false;
    const waiting = use('c').then(() => {
      done = true;
    });
    await use('b');
    expect([done, ended]).toEqual([false, []]);
    held.resolve();
    await Promise.all([working, waiting]);
    expect(ended).toEqual(['a']);
  });

  test('cancels a session that waits for a terminal', async () => {
    const { use } = slots(1);
    const held = Promise.withResolvers<void>();
    const working = use('a', () => held.promise);
    const stop = new AbortController();
    const waiting = use('b', async () => expect.fail('it had no slot'), stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    held.resolve();
    await working;
    await use('c');
  });

  test('counts terminals found at the start, and not those that are gone', async () => {
    const { panes, use, ended, userOf } = slots(1);
    for (const session of ['a', 'b']) panes.found(userOf(session));
    await use('c');
    expect(ended).toEqual(['a', 'b']);
    panes.gone('c');
    await use('d');
    expect(ended).toEqual(['a', 'b']);
    await panes.hibernateIdle(100);
    expect(ended).toEqual(['a', 'b', 'd']);
  });

  test('restarts a session whose terminal is just being ended after that end', async () => {
    const { panes, use } = slots(1);
    const ending = Promise.withResolvers<boolean>();
    const order: string[] = [];
    const slow = { session: 'a', hibernate: () => ending.promise };
    await panes.use(slow, never, async () => {});
    const other = use('b', async () => void order.push('b'));
    const again = panes.use(slow, never, async () => void order.push('a'));
    order.push('ended');
    ending.resolve(true);
    await Promise.all([other, again]);
    expect(order[0]).toBe('ended');
    expect(order).toHaveLength(3);
  });
});

describe('a host with a limit of terminals', () => {
  test('ends none that is watched, or whose agent works on something of its own', async () => {
    const host = await testHost({ driver: 'demo', maxPanes: 1 });
    await host.ask('demo background x', { session: 'anna' }).outcome;
    await until('the agent to be busy', () => host.tmux('anna', 'capture-pane', '-p').includes('working'));
    const ben = host.ask('demo at once', { session: 'ben' });
    expect(await host.sessions()).toContainEqual({ session: 'anna', live: true, running: null });
    host.release('x', 'anna');
    expect(await ben.outcome).toMatchObject({ state: 'done' });
    expect(await host.sessions()).toContainEqual({ session: 'anna', live: false, running: null });
  });

  test('cancels a question that waits for a terminal', async () => {
    const host = await testHost({ driver: 'demo', maxPanes: 1 });
    const anna = host.ask('demo hold x', { session: 'anna' });
    await anna.hears('chunk');
    const ben = host.ask('demo at once', { session: 'ben' });
    await until('the question to be known', async () => (await host.turn('ben', ben.turnId, 0)).state === 'accepted');
    await host.cancel('ben', ben.turnId);
    expect(await ben.outcome).toMatchObject({ state: 'cancelled' });
    host.release('x', 'anna');
    expect(await anna.outcome).toMatchObject({ state: 'done' });
    expect(host.prompts('ben')).toEqual([]);
  });
});
