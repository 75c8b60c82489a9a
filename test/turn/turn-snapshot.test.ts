/** What a page that is opened in the middle of a turn gets of it. */
import { expect, test } from 'vitest';
import type { TurnEvent } from '../../src/contract/turn.ts';
import { toBodies } from '../../src/turn/turn-event-writer.ts';
import { turnSnapshot } from '../../src/turn/turn-snapshot.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

test('the snapshot has the answer so far, the latest state of each step, and the host’s presence', async () => {
  const { store } = await temporaryStore();
  const turnWriter = createTurnWriter(store);
  const { turn } = await turnWriter.accept(aTurn(await aUser(store)));
  const tell = (at: number, ...events: TurnEvent[]) =>
    turnWriter.write({ turnId: turn.turnId, change: {}, events: toBodies(turn, at, events) });
  const look = { id: 'a', title: 'Looking' };
  await tell(10, { type: 'tool', tool: { ...look, status: 'running' } }, { type: 'chunk', offset: 0, text: 'So ' });
  await tell(14, { type: 'tool', tool: { ...look, status: 'done' } }, { type: 'presence', presence: 'away' });
  await tell(15, { type: 'tool', tool: { id: 'b', title: 'Reading', status: 'running' } });
  expect(await turnSnapshot(store, turn)).toEqual({
    text: 'So ',
    approvals: [],
    decisions: [],
    presence: 'away',
    steps: [
      { ...look, status: 'done', startedAt: 10, endedAt: 14 },
      { id: 'b', title: 'Reading', status: 'running', startedAt: 15, endedAt: null },
    ],
  });
  await tell(16, { type: 'presence', presence: 'here' });
  expect((await turnSnapshot(store, turn)).presence).toBe('here');
});
