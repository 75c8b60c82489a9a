/** Asks a host for what it could not be asked while it was away: answers that came late, and the usage of turns. */
import type { Turn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import { awaitsAnswer } from './late.ts';

export interface CatchUpOptions {
  store: Pick<Store, 'turns'>;
  /** Whether the turn's host can be asked now. */
  concerns(turn: Turn): boolean;
  /** Asks the host for the answer of a turn that was given up. Never rejects. */
  collectLate(turnId: string): Promise<void>;
  /** Tells the host that a turn is on record. Never rejects. */
  acknowledge(turn: Turn): Promise<void>;
  clock(): number;
}

/** Called at the start, and whenever a host is back. */
export async function catchUp(options: CatchUpOptions): Promise<void> {
  const { store, concerns, collectLate, acknowledge, clock } = options;
  const since = clock() - CATCH_UP_MS;
  const awaited = await store.turns.awaitingLateAnswer(since);
  await each(awaited.filter(concerns), ({ turnId }) => collectLate(turnId));
  const unsettled = await store.turns.unsettled(since);
  await each(
    unsettled.filter((turn) => concerns(turn) && !awaitsAnswer(turn)),
    acknowledge,
  );
}

/** A few at a time: a week's turns at once would delay new questions to the host. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const AT_ONCE = 4;

// A laptop that was asleep over the weekend can still deliver its agent's answers.
const CATCH_UP_MS = 7 * 24 * 3_600_000;
