/** A run of a turn, over a real store: it prompts the turn's host under its fence until a newer run takes the turn. */
import { expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import type { HostOutcome, HostPrompt, HostUpdate } from '../../src/contract/host.ts';
import type { Turn } from '../../src/contract/records/turn.ts';
import { createHealthGate } from '../../src/turn/health-gate.ts';
import { type RunTurnOptions, runTurn } from '../../src/turn/run-turn.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

const done: HostOutcome = {
  state: 'done',
  code: null,
  detail: null,
  answerLength: 5,
  inputTokens: null,
  outputTokens: null,
};

/** Tells what it is told to, and answers when it is told to. */
function scriptedHost(host: string) {
  const prompts: HostPrompt[] = [];
  const outcome = Promise.withResolvers<HostOutcome>();
  let tell: (update: HostUpdate) => void = () => {};
  const backend = {
    host,
    identity: () => null,
    presence: () => 'here',
    health: async () => null,
    acknowledge: async () => null,
    run(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void) {
      prompts.push(prompt);
      tell = onUpdate;
      return outcome.promise;
    },
  } as unknown as Backend;
  return {
    backend,
    prompts,
    tell: (update: HostUpdate) => tell(update),
    prompted: () => vi.waitFor(() => expect(prompts).toHaveLength(1)),
    answer() {
      tell({ type: 'chunk', offset: 0, text: 'Done.' });
      outcome.resolve(done);
    },
  };
}

async function observed() {
  const { store } = await temporaryStore();
  const hosts = { one: scriptedHost('one'), two: scriptedHost('two') };
  const forget = vi.fn();
  const options: RunTurnOptions = {
    store,
    turnWriter: createTurnWriter(store),
    hosts: { of: ({ host }) => hosts[host as keyof typeof hosts].backend },
    gate: createHealthGate({ probeMs: 1000, firstProbeMs: 1000, cacheMs: 1, now: () => 1 }),
    approvals: {
      begin: async () => {},
      see: () => true,
      decide: async () => {},
      decideElsewhere: async () => {},
      hear: async () => {},
      ask: async () => null,
      forget,
    },
    appTools: null,
    clock: () => 5,
    now: () => 5,
    onError: () => {},
  };
  const begin = (turn: Turn, leave = new AbortController()) =>
    runTurn({ turn, since: null, stop: new AbortController().signal, leave: leave.signal }, options);
  async function taken(host: string) {
    const { turn } = await store.turns.insert(aTurn(await aUser(store), { host }));
    return again(turn.turnId);
  }
  const again = async (turnId: string) => (await store.turns.takeUp(turnId, 1)) as Turn;
  return { store, hosts, forget, begin, taken, again, row: (turnId: string) => store.turns.get(turnId) };
}

test('only the host that the turn names is prompted', async () => {
  const { hosts, begin, taken, row } = await observed();
  const turn = await taken('two');
  const over = begin(turn);
  await hosts.two.prompted();
  expect(hosts.two.prompts).toMatchObject([{ turnId: turn.turnId, fence: turn.fence }]);
  hosts.two.answer();
  await over;
  expect(hosts.one.prompts).toEqual([]);
  expect(await row(turn.turnId)).toMatchObject({ status: 'completed', response: 'Done.' });
});

test('a run whose turn was taken up by a newer run stops at its next write, and writes nothing', async () => {
  const { store, hosts, forget, begin, taken, again, row } = await observed();
  const turn = await taken('one');
  const over = begin(turn);
  await hosts.one.prompted();
  await vi.waitFor(async () => expect(await row(turn.turnId)).toMatchObject({ status: 'delivering' }));
  const newer = await again(turn.turnId);
  hosts.one.tell({ type: 'running' });
  await over;
  expect(forget).toHaveBeenCalledWith(turn.turnId);
  expect(await row(turn.turnId)).toEqual(newer);
  // Whatever the host goes on telling it.
  hosts.one.answer();
  const events = await store.events.after({ userId: turn.userId, turnId: turn.turnId, after: 0, limit: 9 });
  expect(events.map(({ event }) => event.type)).toEqual(['accepted', 'delivering']);
});

test('a run that ends after a newer run took its turn does not retry for ever', async () => {
  const { hosts, begin, taken, again, row } = await observed();
  const turn = await taken('one');
  const over = begin(turn);
  await hosts.one.prompted();
  await again(turn.turnId);
  hosts.one.answer();
  await over;
  expect((await row(turn.turnId))?.finishedAt).toBeNull();
});

test('a run that is told to leave its turn returns at once, while the host goes on', async () => {
  const { hosts, begin, taken, row } = await observed();
  const turn = await taken('one');
  const leave = new AbortController();
  const over = begin(turn, leave);
  await hosts.one.prompted();
  leave.abort();
  await over;
  expect((await row(turn.turnId))?.finishedAt).toBeNull();
});

test('the next run of a turn continues at the stored offset, under a newer fence', async () => {
  const { hosts, begin, taken, again, row } = await observed();
  const turn = await taken('one');
  const leave = new AbortController();
  const first = begin(turn, leave);
  await hosts.one.prompted();
  hosts.one.tell({ type: 'running' });
  hosts.one.tell({ type: 'chunk', offset: 0, text: 'Do' });
  await vi.waitFor(async () => expect((await row(turn.turnId))?.firstChunkAt).not.toBeNull());
  leave.abort();
  await first;

  const next = await again(turn.turnId);
  const second = begin(next);
  await vi.waitFor(() => expect(hosts.one.prompts).toHaveLength(2));
  expect(hosts.one.prompts[1]).toMatchObject({ fence: next.fence, from: 2, known: true, handedOver: true });
  expect(next.fence).toBeGreaterThan(turn.fence);
  hosts.one.answer();
  await second;
  expect(await row(turn.turnId)).toMatchObject({ status: 'completed', response: 'Done.' });
});
