/** The dispatcher of the only gateway on its store: queues are in memory, and the store knows which turns were open. */
import { setTimeout as delay } from 'node:timers/promises';
import { asPaliadinError } from '../contract/errors.ts';
import type { Turn } from '../contract/records/turn.ts';
import { isFinal } from '../contract/turn.ts';
import { retry } from '../process/retry.ts';
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
  const closing = new AbortController();
  const leave = closing.signal;
  const runs = createLocalRuns(runTurn, { ...options, takeUp: (turnId) => store.turns.takeUp(turnId, clock()) });

  /** On record, and in no queue: the connection was lost after the commit that accepted it. */
  function isLeft({ turnId, status }: Turn): boolean {
    return !isFinal(status) && !runs.has(turnId);
  }

  /** A turn whose acceptance failed may be on record all the same; where nobody asks again, it would wait for ever. */
  async function runIfStored(turnId: string): Promise<void> {
    await delay(UNSURE_MS, undefined, { ref: false, signal: leave }).catch(() => {}); // left
    const read = async () => (leave.aborted ? null : store.turns.get(turnId));
    const turn = await retry(read, { firstMs: AGAIN_MS, signal: leave }).catch(() => null); // left
    if (turn !== null && !leave.aborted && isLeft(turn)) runs.enqueue(turn);
  }

  return {
    async accept(newTurn) {
      const since = now();
      const slot = runs.reserve(newTurn.agentSession);
      try {
        const { turn, inserted } = await turnWriter.accept(newTurn);
        if (inserted || isLeft(turn)) runs.enqueue(turn, { since, slot });
        else slot.release();
        return { turn, inserted };
      } catch (error) {
        slot.release();
        if (asPaliadinError(error, 'internal').code === 'store_unavailable') void runIfStored(newTurn.turnId);
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
    async close() {
      closing.abort();
      await runs.close();
    },
  };
}

const AGAIN_MS = 1000;

// By then a server has ended the transactions of a connection that was lost.
const UNSURE_MS = 20_000;
