/** The dispatcher of the only gateway on its store: queues are in memory, and the store knows which turns were open. */

import { reached } from '../process/turn-step.ts';
import type { Store } from '../store/store.ts';
import type { RunTurn, TurnDispatcher } from './dispatcher.ts';
import { createLocalRuns } from './local-runs.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface InMemoryDispatcherOptions {
  store: Pick<Store, 'turns'>;
  turnWriter: Pick<TurnWriter, 'accept' | 'write'>;
  /** How many turns of a session may wait behind the one that runs. */
  queueLimit: number;
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  onError(what: string, error: unknown): void;
}

export function inMemoryDispatcher(runTurn: RunTurn, options: InMemoryDispatcherOptions): TurnDispatcher {
  const { store, turnWriter, clock, now } = options;
  const runs = createLocalRuns(runTurn, { ...options, takeUp: (turnId) => store.turns.takeUp(turnId, clock()) });

  return {
    async accept(newTurn) {
      const since = now();
      const slot = runs.reserve(newTurn.agentSession);
      try {
        // The first of its queue needs no transaction of its own to begin.
        const takeUpAt = slot.first ? clock() : undefined;
        const { turn, inserted } = await turnWriter.accept(newTurn, { takeUpAt });
        reached(turn.turnId, 'accepted, on disk');
        if (inserted) runs.enqueue(turn, { since, slot, takenUp: takeUpAt !== undefined });
        else slot.release();
        return { turn, inserted };
      } catch (error) {
        slot.release();
        throw error;
      }
    },
    async start() {
      const ofDisabled = new Set(await store.turns.openOfDisabled());
      for (const turn of await store.turns.open()) {
        runs.enqueue(turn);
        // Stopped before it goes on.
        if (ofDisabled.has(turn.turnId)) void runs.stop(turn.turnId);
      }
    },
    position: async (turnId) => runs.position(turnId),
    isElsewhere: () => false,
    decided() {},
    stop: runs.stop,
    interrupt(session, work) {
      const slot = runs.reserve(session, { force: true });
      runs.stopSession(session);
      return new Promise((resolve, reject) => {
        slot.run(session, () => work().then(resolve, reject));
      });
    },
    close: runs.close,
  };
}
