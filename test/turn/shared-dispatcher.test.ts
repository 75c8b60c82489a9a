/** Dispatchers of two gateways on one PostgreSQL database whose messages to each other are lost: looking is enough. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CarrierStore } from '../../src/store/carrier-store.ts';
import type { GatewayLink } from '../../src/store/gateway-link.ts';
import { openLink } from '../../src/store/open.ts';
import { openPostgresStore } from '../../src/store/postgres/open.ts';
import type { TurnRun } from '../../src/turn/dispatcher.ts';
import { inMemoryEventBus } from '../../src/turn/event-bus.ts';
import { sharedDispatcher } from '../../src/turn/shared-dispatcher.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser } from '../store/temporary-store.ts';
import { sharedServer } from '../support/postgres.ts';

async function observed() {
  const url = await (await sharedServer()).newDatabase();
  const store = await openPostgresStore(url);
  onTestFinished(() => store.close());
  const who = await aUser(store);
  const turnWriter = createTurnWriter(store);
  async function gateway({ starts = true } = {}) {
    const onError = vi.fn();
    const now = () => performance.now();
    const link = (await openLink(url, {
      alone: false,
      waitMs: 0,
      random: Math.random,
      now,
      onError,
    })) as GatewayLink;
    onTestFinished(() => link.close());
    const runs: TurnRun[] = [];
    const ends = new Map<string, () => void>();
    const decided = vi.fn();
    const runTurn = async (run: TurnRun) => {
      const { turnId, fence } = run.turn;
      runs.push(run);
      await new Promise<void>((resolve) => {
        ends.set(turnId, resolve);
        for (const signal of [run.stop, run.leave]) {
          signal.addEventListener('abort', () => resolve());
          if (signal.aborted) resolve();
        }
      });
      const change = { status: run.stop.aborted ? 'cancelled' : 'completed', finishedAt: 2 } as const;
      if (!run.leave.aborted) await turnWriter.write({ turnId, fence, change, events: [] });
    };
    const dispatcher = sharedDispatcher(runTurn, {
      store,
      carriers: store.carriers as CarrierStore,
      link: { ...link, send() {} },
      bus: inMemoryEventBus(onError),
      turnWriter,
      queueLimit: 10,
      onDecided: decided,
      clock: () => 1,
      now,
      onError,
    });
    onTestFinished(() => dispatcher.close());
    if (starts) await dispatcher.start();
    const accept = async () => (await dispatcher.accept(aTurn(who))).turn.turnId;
    const begun = (count: number) => vi.waitFor(() => expect(runs).toHaveLength(count), 10_000);
    return { dispatcher, runs, begun, accept, decided, link, end: (turnId: string) => ends.get(turnId)?.() };
  }
  return { store, who, gateway };
}

test('a stop at another gateway whose message is lost is found, and resolves when the turn is over', async () => {
  const { store, gateway } = await observed();
  const [one, two] = [await gateway(), await gateway()];
  const turnId = await one.accept();
  await one.begun(1);
  expect(two.dispatcher.isElsewhere(turnId)).toBe(true);
  expect(await two.dispatcher.stop(turnId)).toBe(true);
  expect(await store.turns.get(turnId)).toMatchObject({ status: 'cancelled', fence: one.runs[0]?.turn.fence });
  expect(await two.dispatcher.stop(turnId)).toBe(false);
  expect(two.runs).toEqual([]);
});

test('a turn accepted at another gateway is found by the one that carries its session, and decisions are looked for', async () => {
  const { gateway } = await observed();
  const [one, two] = [await gateway(), await gateway()];
  const first = await one.accept();
  await one.begun(1);
  const second = await two.accept();
  expect(await two.dispatcher.position(second)).toBe(1);
  await vi.waitFor(() => expect(one.dispatcher.isElsewhere(second)).toBe(false), 10_000);
  await vi.waitFor(() => expect(one.decided).toHaveBeenCalledWith(first), 10_000);
  one.end(first);
  await one.begun(2);
  expect(one.runs[1]?.turn.turnId).toBe(second);
  expect(two.runs).toEqual([]);
});

test('a session that is idle is carried by whichever gateway accepts its next question', async () => {
  const { store, gateway } = await observed();
  const [one, two] = [await gateway(), await gateway()];
  const first = await one.accept();
  await one.begun(1);
  one.end(first);
  const by = { gateway: two.link.id, knowsOthers: true };
  const session = one.runs[0]?.turn.agentSession ?? '';
  await vi.waitFor(async () => expect(await store.carriers?.claim(session, by)).toEqual([]));
  const next = await two.accept();
  await two.begun(1);
  expect(two.runs[0]?.turn.turnId).toBe(next);
});

test('a session that is seized is left where it ran, and what is accepted meanwhile runs after the work', async () => {
  const { store, gateway } = await observed();
  const [one, two] = [await gateway(), await gateway()];
  const running = await one.accept();
  await one.begun(1);
  const work = Promise.withResolvers<string>();
  const doing = vi.fn(() => work.promise);
  const done = two.dispatcher.interrupt(one.runs[0]?.turn.agentSession ?? '', doing);
  await vi.waitFor(() => expect(doing).toHaveBeenCalledOnce(), 10_000);
  expect(await store.turns.get(running)).toMatchObject({ status: 'cancelled' });
  await vi.waitFor(() => expect(one.runs[0]?.leave.aborted).toBe(true), 10_000);
  const later = await two.accept();
  await vi.waitFor(() => expect(two.dispatcher.isElsewhere(later)).toBe(false));
  expect(two.runs.map(({ turn }) => turn.turnId)).toEqual([running]);
  work.resolve('fresh');
  expect(await done).toBe('fresh');
  await two.begun(2);
  expect(two.runs[1]?.turn.turnId).toBe(later);
});

test('a gateway without a host runs nothing, and one that closes leaves its turns to another', async () => {
  const { gateway } = await observed();
  const [one, idle] = [await gateway(), await gateway({ starts: false })];
  const turnId = await one.accept();
  await one.begun(1);
  await one.dispatcher.close();
  expect(one.runs[0]?.leave.aborted).toBe(true);
  const two = await gateway();
  await two.begun(1);
  expect(two.runs[0]?.turn.turnId).toBe(turnId);
  expect(idle.runs).toEqual([]);
});
