/** What happens to a turn that was given up while its host was away. */
import { expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import type { HostTurn } from '../../src/contract/host.ts';
import type { ApprovalRequest, TurnEvent } from '../../src/contract/turn.ts';
import { collectLate } from '../../src/turn/late.ts';
import { toBodies } from '../../src/turn/turn-event-writer.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

const approval: ApprovalRequest = { id: 'a', title: 'May I?', options: [] };
const text = 'All of it.';
const known: HostTurn = {
  state: 'running',
  code: null,
  detail: null,
  late: false,
  inputTokens: null,
  outputTokens: null,
  answer: '',
  answerLength: 0,
};

async function givenUp(...events: TurnEvent[]) {
  const { store } = await temporaryStore();
  const turnWriter = createTurnWriter(store);
  const { turn } = await turnWriter.accept(aTurn(await aUser(store)));
  const change = { status: 'unknown', errorCode: 'outcome_unknown', finishedAt: 2, deliveredAt: 1 } as const;
  await turnWriter.write({ turnId: turn.turnId, change, events: toBodies(turn, 1, events) });
  const cancel = vi.fn(async () => undefined);
  const collect = async (found: HostTurn) => {
    const acknowledge = async () => null;
    const backend = { turn: async () => found, cancel, acknowledge } as unknown as Backend;
    await collectLate(turn.turnId, { hosts: { of: () => backend }, store, turnWriter, clock: () => 3 });
    return await store.turns.get(turn.turnId);
  };
  return { turn, collect, cancel };
}

test('a turn given up with an open approval is cancelled, since nobody can decide any more', async () => {
  const { turn, collect, cancel } = await givenUp({ type: 'approval', approval });
  expect(await collect(known)).toMatchObject({ status: 'unknown', late: false });
  expect(cancel.mock.calls).toEqual([[turn.agentSession, turn.turnId]]);
});

test.each<[string, TurnEvent[]]>([
  ['nothing was asked in', []],
  [
    'all that was asked in is decided',
    [
      { type: 'approval', approval },
      { type: 'approval-closed', id: 'a' },
    ],
  ],
])('a turn given up that %s is not cancelled: its answer may come late', async (_what, events) => {
  const { collect, cancel } = await givenUp(...events);
  await collect(known);
  expect(cancel).not.toHaveBeenCalled();
});

test('a turn given up whose answer is there is stored as late, even with an open approval', async () => {
  const { collect, cancel } = await givenUp({ type: 'approval', approval });
  const found = await collect({ ...known, state: 'done', answer: text, answerLength: text.length });
  expect(found).toMatchObject({ late: true, response: text });
  expect(cancel).not.toHaveBeenCalled();
});
