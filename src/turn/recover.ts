/** Takes up what was left: turns that a gateway before this one had open, answers that may have come late. */
import type { Store } from '../audit/store.ts';
import type { OpenTurns } from './open-turns.ts';
import { NOTHING_SHOWN, shownSoFar } from './shown.ts';

/** In the order of acceptance, before new questions are taken, so that each session's order stays. */
export async function recover({ store, turns }: { store: Store; turns: OpenTurns }): Promise<void> {
  for (const turn of await store.turns.open()) {
    const past = turn.status === 'queued' ? NOTHING_SHOWN : await shownSoFar(store, turn);
    turns.carry(turns.reserve(turn.agentSession, { force: true }), { turn, past, since: null });
  }
}

export interface CollectOptions {
  store: Store;
  /** Asks the host for the answer of a turn that was given up. */
  collectLate(turnId: string): void;
  clock(): number;
}

/** Asks for the answer of each turn that was given up, at the start and whenever the host is back. */
export async function collectAllLate({ store, collectLate, clock }: CollectOptions): Promise<void> {
  for (const { turnId } of await store.turns.awaitingLateAnswer(clock() - AWAIT_LATE_MS)) collectLate(turnId);
}

// A laptop that slept over the weekend still tells what its agent answered.
const AWAIT_LATE_MS = 7 * 24 * 3_600_000;
