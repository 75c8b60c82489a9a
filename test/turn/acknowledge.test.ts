/** The usage that only the host knows is stored in the turn's audit row, at once or when the host is back. */
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import type { Turn, TurnChange } from '../../src/contract/records/turn.ts';
import type { TurnCost } from '../../src/contract/turn-cost.ts';
import { acknowledge } from '../../src/turn/acknowledge.ts';
import { catchUp } from '../../src/turn/catch-up.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

const cost: TurnCost = {
  model: 'claude-x',
  inputTokens: 100,
  cachedTokens: 20,
  outputTokens: 7,
  tools: [{ name: 'Read', count: 2, ms: 31 }],
};

const end: TurnChange = {
  status: 'completed',
  finishedAt: 5,
  response: 'Done.',
  responseTokens: 3,
  usedTools: ['files'],
};

async function endedTurn(change: TurnChange = {}) {
  const { store } = await temporaryStore();
  const turnWriter = createTurnWriter(store);
  const { turn } = await turnWriter.accept(aTurn(await aUser(store)));
  await turnWriter.write({ turnId: turn.turnId, change: { ...end, ...change }, events: [] });
  const acknowledgeWith = (answer: () => Promise<TurnCost | null>) =>
    acknowledge(turn, { hosts: { of: () => ({ acknowledge: answer }) as unknown as Backend }, turnWriter });
  const unsettled = async () => {
    const found: string[] = [];
    const noted = async (one: Turn) => void found.push(one.turnId);
    await catchUp({ store, concerns: () => true, collectLate: async () => {}, acknowledge: noted, clock: () => 10 });
    return found;
  };
  return { turn, row: () => store.turns.get(turn.turnId), acknowledgeWith, unsettled };
}

test('the agent’s own token count replaces the estimate; the tools that the answer claims stay', async () => {
  const { row, acknowledgeWith } = await endedTurn();
  await acknowledgeWith(async () => cost);
  expect(await row()).toMatchObject({
    model: 'claude-x',
    inputTokens: 120,
    cachedTokens: 20,
    responseTokens: 7,
    tokensExact: true,
    tools: cost.tools,
    usedTools: ['files'],
    settled: true,
    response: 'Done.',
  });
});

test('without a count from the agent, the estimate stays and is marked as not exact', async () => {
  const { row, acknowledgeWith } = await endedTurn();
  await acknowledgeWith(async () => null);
  expect(await row()).toMatchObject({ responseTokens: 3, tokensExact: false, tools: null, model: null, settled: true });
});

test('a host that was unreachable is acknowledged again when it is back, and only once', async () => {
  const { turn, acknowledgeWith, unsettled } = await endedTurn();
  await expect(acknowledgeWith(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await unsettled()).toEqual([turn.turnId]);
  await acknowledgeWith(async () => cost);
  expect(await unsettled()).toEqual([]);
});

test('a turn whose answer may still come late is not acknowledged by catch-up', async () => {
  const { unsettled } = await endedTurn({ status: 'failed', errorCode: 'timeout', deliveredAt: 4 });
  expect(await unsettled()).toEqual([]);
});
