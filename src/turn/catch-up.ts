/** Asks a host for what it could not be asked while it was away: answers that came late, and the usage of turns. */
import pLimit from 'p-limit';
import type { Turn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import type { EndedPage } from '../store/turn-store.ts';
import { awaitsAnswer } from './late.ts';

export interface CatchUpOptions {
  store: { turns: Pick<Store['turns'], 'awaitingLateAnswer' | 'unsettled'> };
  /** Whether the turn's host can be asked now. */
  concerns(turn: Turn): boolean;
  /** Asks the host for the answer of a turn that was given up. Never rejects. */
  collectLate(turnId: string): Promise<void>;
  /** Tells the host that a turn is on record. Never rejects. */
  acknowledge(turn: Turn): Promise<void>;
  clock(): number;
  /** How many turns are read at once, with all that was said in them. */
  pageSize?: number;
  /** How many requests are under way at once. */
  atOnce?: number;
}

/** Called at the start, and whenever a host is back. */
export async function catchUp(options: CatchUpOptions): Promise<void> {
  const { store, concerns, collectLate, acknowledge, clock, pageSize = PAGE_SIZE, atOnce = AT_ONCE } = options;
  const since = clock() - CATCH_UP_MS;
  const limit = pLimit(atOnce);
  for await (const turns of pages(store.turns.awaitingLateAnswer, since, pageSize)) {
    await limit.map(turns.filter(concerns), ({ turnId }) => collectLate(turnId));
  }
  for await (const turns of pages(store.turns.unsettled, since, pageSize)) {
    const unsettled = turns.filter((turn) => concerns(turn) && !awaitsAnswer(turn));
    await limit.map(unsettled, acknowledge);
  }
}

/** Goes by the turns' ends: turns of a page that is not settled, because the host is away again, are not read twice. */
async function* pages(
  read: (page: EndedPage) => Promise<Turn[]>,
  since: number,
  limit: number,
): AsyncGenerator<Turn[]> {
  let page: EndedPage = { since, afterId: '', limit };
  for (;;) {
    const turns = await read(page);
    yield turns;
    const last = turns.at(-1);
    if (last === undefined || turns.length < limit) return;
    page = { since: last.finishedAt ?? since, afterId: last.turnId, limit };
  }
}

// At a hundred kilobytes a turn, some megabytes.
const PAGE_SIZE = 50;
// More at once would delay new questions to the host.
const AT_ONCE = 4;
// A laptop that was asleep over the weekend can still deliver its agent's answers.
const CATCH_UP_MS = 7 * 24 * 3_600_000;
