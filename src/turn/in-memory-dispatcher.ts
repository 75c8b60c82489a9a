/** The dispatcher of the only gateway on its store: queues are in memory, and the store knows which turns were open. */
import { setTimeout as delay } from 'node:timers/promises';
import { asPaliadinError } from '../contract/errors.ts';
import type { Turn } from '../contract/records/turn.ts';
import { isFinal } from '../contract/turn.ts';
import { retry } from '../process/retry.ts';
import type { Store } from '../store/store.ts';
import type { RunTurn, TurnDispatcher } from './dispatcher.ts';
import { createSessionQueue, type Slot } from './session-queue.ts';
import { toBodies } from './turn-event-writer.ts';
import type { TurnWriter } from './turn-writer.ts';
import { unlessLeft } from './unless-left.ts';

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

interface OpenTurn {
  turn: Turn;
  since: number | null;
  stop: AbortController;
  over: Promise<void>;
}

export function inMemoryDispatcher(runTurn: RunTurn, options: InMemoryDispatcherOptions): TurnDispatcher {
  const { store, turnWriter, clock, now, onError } = options;
  const closing = new AbortController();
  const leave = closing.signal;
  const queue = createSessionQueue(options.queueLimit, tellPosition);
  const open = new Map<string, OpenTurn>();

  function tellPosition(turnId: string, position: number): void {
    const found = open.get(turnId);
    if (found === undefined) return;
    const events = toBodies(found.turn, clock(), [{ type: 'queued', position }]);
    turnWriter
      .write({ turnId, change: {}, events, progress: true })
      .catch((error) => onError('a queue position was not stored', error));
  }

  function enqueue(slot: Slot, turn: Turn, since: number | null): void {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const queued: OpenTurn = { turn, since, stop: new AbortController(), over };
    open.set(turn.turnId, queued);
    // A turn that still waits is stopped at once; it need not get to the front first.
    queued.stop.signal.addEventListener('abort', () => slot.runNow());
    slot.run(turn.turnId, async () => {
      await run(queued).catch((error) => onError('a turn could not be run to its end', error));
      open.delete(turn.turnId);
      resolve();
    });
  }

  async function run({ turn: { turnId }, since, stop }: OpenTurn): Promise<void> {
    const turn = await takeUp(turnId);
    if (turn !== null && !leave.aborted) await runTurn({ turn, since, stop: stop.signal, leave });
  }

  /**
   * Null where the turn has ended, or this gateway is closing. Waits for a store that is unavailable: without a fence
   * nothing is done.
   */
  async function takeUp(turnId: string): Promise<Turn | null> {
    while (!leave.aborted) {
      try {
        return (await unlessLeft(store.turns.takeUp(turnId, clock()), leave)) ?? null;
      } catch (error) {
        onError('a turn was not taken up; trying again', error);
        await unlessLeft(delay(AGAIN_MS), leave);
      }
    }
    return null;
  }

  /** On record, and in no queue: the connection was lost after the commit that accepted it. */
  function isLeft({ turnId, status }: Turn): boolean {
    return !isFinal(status) && !open.has(turnId);
  }

  /** A turn whose acceptance failed may be on record all the same; where nobody asks again, it would wait for ever. */
  async function runIfStored(turnId: string): Promise<void> {
    await delay(UNSURE_MS, undefined, { ref: false, signal: leave }).catch(() => {}); // left
    const read = async () => (leave.aborted ? null : store.turns.get(turnId));
    const turn = await retry(read, { firstMs: AGAIN_MS, signal: leave }).catch(() => null); // left
    if (turn === null || leave.aborted || !isLeft(turn)) return;
    enqueue(queue.reserve(turn.agentSession, { force: true }), turn, null);
  }

  return {
    async accept(newTurn) {
      const since = now();
      const slot = queue.reserve(newTurn.agentSession);
      try {
        const { turn, inserted } = await turnWriter.accept(newTurn);
        if (inserted || isLeft(turn)) enqueue(slot, turn, since);
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
        enqueue(queue.reserve(turn.agentSession, { force: true }), turn, null);
        // Stopped before it goes on.
        if (ofDisabled.has(turn.turnId)) open.get(turn.turnId)?.stop.abort();
      }
    },
    position: queue.position,
    async stop(turnId) {
      const found = open.get(turnId);
      if (found === undefined) return false;
      found.stop.abort();
      await found.over;
      return true;
    },
    interrupt(session, work) {
      const slot = queue.reserve(session, { force: true });
      for (const { turn, stop } of open.values()) if (turn.agentSession === session) stop.abort();
      return new Promise((resolve, reject) => {
        slot.run(session, () => work().then(resolve, reject));
      });
    },
    async close() {
      closing.abort();
      await queue.idle();
    },
  };
}

const AGAIN_MS = 1000;

// By then a server has ended the transactions of a connection that was lost.
const UNSURE_MS = 20_000;
