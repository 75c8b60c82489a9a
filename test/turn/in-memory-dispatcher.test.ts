/** The dispatcher of one gateway, over a real store: each turn runs once and in order, and survives a restart. */
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { NewTurn } from '../../src/contract/records/turn.ts';
import type { TurnRun } from '../../src/turn/dispatcher.ts';
import { inMemoryDispatcher } from '../../src/turn/in-memory-dispatcher.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

async function observed() {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const turnWriter = createTurnWriter(store);
  const onError = vi.fn();
  /** A gateway, whose runs end when they are told to. */
  function gateway({ queueLimit = 10 } = {}) {
    const runs: TurnRun[] = [];
    const ends = new Map<string, () => void>();
    const runTurn = async (run: TurnRun) => {
      const { turnId, fence } = run.turn;
      runs.push(run);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(turnId, resolve);
      run.leave.addEventListener('abort', () => resolve());
      await promise;
      const change = { status: run.stop.aborted ? 'cancelled' : 'completed', finishedAt: 2 } as const;
      if (!run.leave.aborted) await turnWriter.write({ turnId, fence, change, events: [] });
    };
    const options = { store, turnWriter, queueLimit, clock: () => 1, now: () => 1, onError };
    const dispatcher = inMemoryDispatcher(runTurn, options);
    onTestFinished(() => dispatcher.close());
    return {
      dispatcher,
      runs,
      ran: () => runs.map(({ turn }) => turn.turnId),
      /** Until so many have begun. */
      begun: (count: number) => vi.waitFor(() => expect(runs).toHaveLength(count)),
      end: (turnId: string) => ends.get(turnId)?.(),
      async accept(turn: NewTurn = aTurn(who)) {
        return (await dispatcher.accept(turn)).turn.turnId;
      },
    };
  }
  return { store, who, onError, gateway };
}

test('a turn is taken up when its run begins, not while it waits', async () => {
  const { store, gateway } = await observed();
  const { accept, begun, end, runs, dispatcher } = gateway();
  const [first, second] = [await accept(), await accept()];
  await begun(1);
  expect(runs[0]?.turn).toMatchObject({ turnId: first, fence: 1 });
  expect(await store.turns.get(second)).toMatchObject({ fence: 0 });
  expect(await dispatcher.position(second)).toBe(1);
  end(first);
  await begun(2);
  expect(runs[1]?.turn).toMatchObject({ turnId: second, fence: 2 });
  expect(await store.turns.get(second)).toEqual(runs[1]?.turn);
});

test('a full queue refuses a turn without storing it, and a repeated key takes no slot', async () => {
  const { store, who, gateway } = await observed();
  const { accept, dispatcher } = gateway({ queueLimit: 1 });
  await accept(aTurn(who, { idempotencyKey: 'k' }));
  const again = aTurn(who, { idempotencyKey: 'k' });
  expect(await dispatcher.accept(again)).toMatchObject({ inserted: false });
  await accept();
  const refused = aTurn(who);
  await expect(dispatcher.accept(refused)).rejects.toMatchObject({ code: 'queue_full' });
  expect(await store.turns.get(refused.turnId)).toBeNull();
});

test('a start runs the open turns first and in order, as new runs, and stops those of a disabled user', async () => {
  const { store, who, gateway } = await observed();
  const before = gateway();
  const [first, second] = [await before.accept(), await before.accept()];
  await before.begun(1);
  const disabled = await aUser(store);
  const theirs = await before.accept(aTurn(disabled));
  await before.dispatcher.close();
  await store.users.disable(disabled.user.id, { actor: 'owner', at: 1 });

  const { dispatcher, accept, begun, end, ran, runs } = gateway();
  await dispatcher.start();
  const third = await accept(aTurn(who));
  await begun(2);
  expect(ran().toSorted()).toEqual([first, theirs].toSorted());
  const runOf = (id: string) => runs.find(({ turn }) => turn.turnId === id);
  expect(runOf(first)).toMatchObject({ since: null, turn: { fence: 2 } });
  expect(runOf(first)?.stop.aborted).toBe(false);
  expect(runOf(theirs)?.stop.aborted).toBe(true);
  end(first);
  await begun(3);
  end(second);
  await begun(4);
  expect(ran().slice(2)).toEqual([second, third]);
});

test('stopping a waiting turn runs it at once, to its end', async () => {
  const { store, gateway } = await observed();
  const { accept, begun, end, runs, dispatcher } = gateway();
  await accept();
  const waiting = await accept();
  await begun(1);
  let over = false;
  const stopping = dispatcher.stop(waiting).then((ran) => {
    over = true;
    return ran;
  });
  await begun(2);
  expect(runs[1]).toMatchObject({ turn: { turnId: waiting }, stop: { aborted: true } });
  expect(over).toBe(false);
  end(waiting);
  expect(await stopping).toBe(true);
  expect(await store.turns.get(waiting)).toMatchObject({ status: 'cancelled' });
  expect(await dispatcher.stop(waiting)).toBe(false);
});

test('an interruption stops the open turns, runs alone, and goes before turns accepted meanwhile', async () => {
  const { gateway } = await observed();
  const { accept, begun, end, runs, ran, dispatcher } = gateway();
  const first = await accept();
  await begun(1);
  const work = Promise.withResolvers<string>();
  const doing = vi.fn(() => work.promise);
  const done = dispatcher.interrupt(runs[0]?.turn.agentSession ?? '', doing);
  const later = await accept();
  expect(runs[0]?.stop.aborted).toBe(true);
  await setImmediate();
  expect(doing).not.toHaveBeenCalled();
  end(first);
  await vi.waitFor(() => expect(doing).toHaveBeenCalledOnce());
  expect(ran()).toEqual([first]);
  work.resolve('fresh');
  expect(await done).toBe('fresh');
  await begun(2);
  expect(ran()).toEqual([first, later]);
});

test('closing leaves the running turn, starts no other, and both stay open for the next gateway', async () => {
  const { store, gateway } = await observed();
  const { accept, begun, runs, dispatcher } = gateway();
  const ids = [await accept(), await accept()];
  await begun(1);
  await dispatcher.close();
  expect(runs.map(({ leave }) => leave.aborted)).toEqual([true]);
  expect((await store.turns.open()).map(({ turnId }) => turnId)).toEqual(ids);
});

test('a turn that ended elsewhere is not run, and taking up is retried while the store is unavailable', async () => {
  const { store, onError, gateway } = await observed();
  const { accept, begun, end, ran } = gateway();
  const [first, gone, third] = [await accept(), await accept(), await accept()];
  await begun(1);
  await store.turns.write([{ turnId: gone, change: { status: 'cancelled', finishedAt: 1 }, events: [] }]);
  const takeUp = vi.spyOn(store.turns, 'takeUp').mockRejectedValueOnce(new Error('away'));
  end(first);
  await vi.waitFor(() => expect(ran()).toEqual([first, third]), 5000);
  expect(takeUp.mock.calls.map(([turnId]) => turnId)).toEqual([gone, gone, third]);
  expect(onError).toHaveBeenCalledOnce();
});
