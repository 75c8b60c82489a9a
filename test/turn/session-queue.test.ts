/** The session queue: one turn at a time in a session, in order, bounded; sessions don't wait for each other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSessionQueue } from '../../src/turn/session-queue.ts';

/** A queue whose works end when they are told to; `log` says what happened in which order. */
function observed(limit = 100) {
  const log: string[] = [];
  const queue = createSessionQueue(limit, (turnId, position) => log.push(`${turnId} is ${position}`));
  const ends = new Map<string, () => void>();
  function run(slot: ReturnType<typeof queue.reserve>, turnId: string) {
    return slot.run(turnId, () => {
      log.push(`${turnId} starts`);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(turnId, resolve);
      return promise;
    });
  }
  return {
    queue,
    log,
    run,
    /** Takes a slot, with work for it. */
    enter(session: string, turnId: string) {
      const slot = queue.reserve(session);
      return { slot, over: run(slot, turnId) };
    },
    async end(turnId: string) {
      ends.get(turnId)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('a session', () => {
  test('runs one turn at a time, in the order of the slots', async () => {
    const { queue, log, enter, end, run } = observed();
    const slots = [queue.reserve('s'), queue.reserve('s'), queue.reserve('s')] as const;
    // Given their work in another order than they were taken.
    run(slots[2], 'c');
    run(slots[1], 'b');
    expect(log).toEqual(['c is 2', 'b is 1']);
    run(slots[0], 'a');
    expect(log.slice(2)).toEqual(['a starts']);
    await end('a');
    await end('b');
    await end('c');
    expect(log.slice(3)).toEqual(['c is 1', 'b starts', 'c starts']);
    enter('s', 'd');
    expect(log.at(-1)).toBe('d starts');
  });

  test('does not wait for another session', () => {
    const observation = observed();
    observation.enter('one', 'a');
    observation.enter('two', 'b');
    expect(observation.log).toEqual(['a starts', 'b starts']);
  });
});

describe('a turn’s position', () => {
  test('counts the turns before it, and is null for one that is running, done or unknown', async () => {
    const observation = observed();
    for (const id of ['a', 'b', 'c']) observation.enter('s', id);
    const positions = () => ['a', 'b', 'c', 'nobody'].map((id) => observation.queue.position(id));
    expect(positions()).toEqual([null, 1, 2, null]);
    await observation.end('a');
    expect(positions()).toEqual([null, null, 1, null]);
  });
});

describe('the queue limit', () => {
  test('counts waiting turns per session, and the error names its setting', async () => {
    const observation = observed(2);
    for (const id of ['a', 'b', 'c']) observation.enter('s', id);
    const full = expect.objectContaining({
      code: 'queue_full',
      detail: expect.stringContaining('PALIADIN_QUEUE_LIMIT'),
    });
    expect(() => observation.queue.reserve('s')).toThrow(full);
    observation.enter('another', 'd');
    await observation.end('a');
    observation.enter('s', 'e');
    expect(() => observation.queue.reserve('s')).toThrow(full);
  });

  test('does not apply to turns that were accepted before', () => {
    const { queue } = observed(1);
    for (let times = 0; times < 5; times++) queue.reserve('s', { force: true });
    expect(() => queue.reserve('s')).toThrow();
  });

  test('has room again when a slot is released', () => {
    const { queue } = observed(1);
    const [first] = [queue.reserve('s'), queue.reserve('s')];
    expect(() => queue.reserve('s')).toThrow();
    first.release();
    queue.reserve('s');
  });
});

describe('a slot', () => {
  test('that is released lets the next one run', () => {
    const observation = observed();
    const first = observation.queue.reserve('s');
    observation.enter('s', 'b');
    first.release();
    first.release();
    expect(observation.log).toEqual(['b is 1', 'b starts']);
  });

  test('that is run now does not wait, and the others move up', async () => {
    const observation = observed();
    observation.enter('s', 'a');
    const { slot } = observation.enter('s', 'b');
    observation.enter('s', 'c');
    observation.log.length = 0;
    slot.runNow();
    expect(observation.log).toEqual(['c is 1', 'b starts']);
    await observation.end('b');
    await observation.end('a');
    expect(observation.log.slice(2)).toEqual(['c starts']);
  });

  test('that is already running is not run again', () => {
    const observation = observed();
    const { slot } = observation.enter('s', 'a');
    slot.runNow();
    expect(observation.log).toEqual(['a starts']);
  });
});

test('the queue is idle when nothing runs or waits', async () => {
  const observation = observed();
  await observation.queue.idle();
  observation.enter('s', 'a');
  observation.enter('s', 'b');
  let idle = false;
  const waited = observation.queue.idle().then(() => {
    idle = true;
  });
  await observation.end('a');
  expect(idle).toBe(false);
  await observation.end('b');
  await waited;
});

test('each turn runs once, one at a time per session, in order except for those run now', async () => {
  const deed = fc.oneof(
    fc.record({ do: fc.constant('enter' as const), session: fc.constantFrom('x', 'y') }),
    fc.record({ do: fc.constantFrom('end' as const, 'run now' as const), which: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
      const queue = createSessionQueue(1000, () => {});
      const entered: {
        session: string;
        slot: ReturnType<typeof queue.reserve>;
        state: string;
        jumped: boolean;
        end(): void;
      }[] = [];
      const settle = () => new Promise((resolve) => setImmediate(resolve));
      for (const each of deeds) {
        if (each.do === 'enter') {
          const { promise, resolve } = Promise.withResolvers<void>();
          const turn = {
            session: each.session,
            slot: queue.reserve(each.session),
            state: 'waiting',
            jumped: false,
            end: resolve,
          };
          entered.push(turn);
          turn.slot.run(`${entered.length}`, () => {
            expect(turn.state).toBe('waiting');
            turn.state = 'running';
            return promise.then(() => {
              turn.state = 'done';
            });
          });
        } else {
          const turn = entered[each.which % Math.max(1, entered.length)];
          if (each.do === 'run now' && turn?.state === 'waiting') {
            turn.jumped = true;
            turn.slot.runNow();
          }
          if (each.do === 'end' && turn?.state === 'running') turn.end();
        }
        await settle();
        for (const session of ['x', 'y']) {
          const mine = entered.filter((turn) => turn.session === session && !turn.jumped);
          expect(mine.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(1);
          // Done, then at most one running, then waiting.
          expect(mine.map(({ state }) => state).join(' ')).toMatch(/^(done ?)*(running ?)?(waiting ?)*$/);
        }
      }
      for (let left = entered.length; left > 0; left--) {
        for (const turn of entered) turn.end();
        await settle();
      }
      expect(entered.filter(({ state }) => state !== 'done')).toEqual([]);
      await queue.idle();
    }),
    { numRuns: 200 },
  );
});
