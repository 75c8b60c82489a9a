/** Takes up what was left: turns that a gateway before this one had open, answers that may have come late. */
import type { Store, Turn } from '../audit/store.ts';
import { awaitsAnswer } from './late.ts';
import type { OpenTurns } from './open-turns.ts';
import { NOTHING_SHOWN, shownSoFar } from './shown.ts';

/** In the order of acceptance, before new questions are taken, so that each session's order stays. */
export async function recover({ store, turns }: { store: Store; turns: OpenTurns }): Promise<void> {
  for (const turn of await store.turns.open()) {
    const past = turn.status === 'queued' ? NOTHING_SHOWN : await shownSoFar(store, turn);
    turns.carry(turns.reserve(turn.agentSession, { force: true }), { turn, past, since: null });
  }
}

export interface CatchUpOptions {
  store: Store;
  /** Asks the host for the answer of a turn that was given up. */
  collectLate(turnId: string): void;
  /** Tells the host that a turn is on record. */
  settle(turn: Turn): void;
  clock(): number;
}

/** What could not be said while the host was away: at the start, and whenever it is back. */
export async function catchUp({ store, collectLate, settle, clock }: CatchUpOptions): Promise<void> {
  const since = clock() - CATCH_UP_MS;
  for (const { turnId } of await store.turns.awaitingLateAnswer(since)) collectLate(turnId);
  for (const turn of await store.turns.unsettled(since)) if (!awaitsAnswer(turn)) settle(turn);
}

// A laptop that slept over the weekend still tells what its agent answered.
const CATCH_UP_MS = 7 * 24 * 3_600_000;
