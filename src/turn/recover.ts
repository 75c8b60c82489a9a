/** Takes up what was left: turns that a gateway before this one had open, answers that may have come late. */
import type { Turn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import { awaitsAnswer } from './late.ts';
import type { OpenTurns } from './open-turns.ts';
import { EMPTY_SNAPSHOT, turnSnapshot } from './turn-snapshot.ts';

/**
 * In the order of acceptance, before new questions are taken, so that each session's order stays. What is open of somebody
 * who was disabled meanwhile is stopped before it goes on.
 */
export async function recover({ store, turns }: { store: Store; turns: OpenTurns }): Promise<void> {
  const ofDisabled = new Set(await store.turns.openOfDisabled());
  for (const turn of await store.turns.open()) {
    const past = turn.status === 'queued' ? EMPTY_SNAPSHOT : await turnSnapshot(store, turn);
    turns.runTurn(turns.reserve(turn.agentSession, { force: true }), { turn, past, since: null });
    if (ofDisabled.has(turn.turnId)) void turns.stop(turn.turnId);
  }
}

export interface CatchUpOptions {
  store: Store;
  /** Asks the host for the answer of a turn that was given up. Never rejects. */
  collectLate(turnId: string): Promise<void>;
  /** Tells the host that a turn is on record. Never rejects. */
  acknowledge(turn: Turn): Promise<void>;
  clock(): number;
}

/** What could not be said while the host was away: at the start, and whenever it is back. */
export async function catchUp({ store, collectLate, acknowledge, clock }: CatchUpOptions): Promise<void> {
  const since = clock() - CATCH_UP_MS;
  await each(await store.turns.awaitingLateAnswer(since), ({ turnId }) => collectLate(turnId));
  const unsettled = (await store.turns.unsettled(since)).filter((turn) => !awaitsAnswer(turn));
  await each(unsettled, acknowledge);
}

/** A week's turns at once would keep the host from the questions of now. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const AT_ONCE = 4;

// A laptop that slept over the weekend still tells what its agent answered.
const CATCH_UP_MS = 7 * 24 * 3_600_000;
