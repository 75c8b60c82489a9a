/** What is asked of a host that is back comes in pages, a few at a time. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TurnChange } from '../../src/contract/records/turn.ts';
import { type CatchUpOptions, catchUp } from '../../src/turn/catch-up.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

const ENDS = {
  answered: { status: 'completed', finishedAt: 5, response: 'Done.' },
  'given up': { status: 'failed', finishedAt: 5, errorCode: 'timeout', deliveredAt: 4 },
} satisfies Record<string, TurnChange>;

/** A store with turns that ended while their host was away; `pages` are the sizes of what was read of them at once. */
async function afterOutage(count: number, end: TurnChange) {
  const { store } = await temporaryStore();
  const turnWriter = createTurnWriter(store);
  const who = await aUser(store);
  const turnIds: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    const { turnId } = (await turnWriter.accept(aTurn(who))).turn;
    await turnWriter.write({ turnId, change: end, events: [] });
    turnIds.push(turnId);
  }
  const pages: number[] = [];
  const asked: string[] = [];
  let now = 0;
  let most = 0;
  const ask = async (turnId: string) => {
    most = Math.max(most, ++now);
    asked.push(turnId);
    await setImmediate();
    now--;
  };
  const noted = async <T>(page: Promise<T[]>) => {
    pages.push((await page).length);
    return page;
  };
  const turns = {
    ...store.turns,
    awaitingLateAnswer: (page) => noted(store.turns.awaitingLateAnswer(page)),
    unsettled: (page) => noted(store.turns.unsettled(page)),
  } satisfies CatchUpOptions['store']['turns'];
  const run = (bounds: Partial<CatchUpOptions>) =>
    catchUp({
      store: { turns },
      concerns: () => true,
      collectLate: ask,
      acknowledge: ({ turnId }) => ask(turnId),
      clock: () => 10,
      ...bounds,
    });
  return { turnIds, asked, pages, run, most: () => most };
}

test.each(Object.entries(ENDS))(
  'every turn that was %s during a long outage is asked for once, in pages and within the bound',
  async (_what, end) => {
    const { turnIds, asked, pages, run, most } = await afterOutage(30, end);
    await run({ pageSize: 7, atOnce: 3 });
    expect(asked.toSorted()).toEqual(turnIds.toSorted());
    expect(Math.max(...pages)).toBe(7);
    expect(most()).toBe(3);
  },
);

test('without bounds of the caller, four turns are asked for at once', async () => {
  const { asked, run, most } = await afterOutage(30, ENDS.answered);
  await run({});
  expect(asked.length).toBe(30);
  expect(most()).toBe(4);
});

test('turns of another host are passed over, and the pages behind them are still read', async () => {
  const { turnIds, asked, run } = await afterOutage(9, ENDS.answered);
  const last = turnIds.toSorted().at(-1);
  await run({ pageSize: 2, concerns: ({ turnId }) => turnId === last });
  expect(asked).toEqual([last]);
});
