/** The turns that this gateway runs or is about to run: in memory, a queue for each session. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Turn } from '../contract/records/turn.ts';
import type { RunTurn } from './dispatcher.ts';
import { createSessionQueue, type Slot } from './session-queue.ts';
import { toBodies } from './turn-event-writer.ts';
import type { TurnWriter } from './turn-writer.ts';
import { unlessLeft } from './unless-left.ts';

export interface LocalRunsOptions {
  turnWriter: Pick<TurnWriter, 'write'>;
  /** How many turns of a session may wait behind the one that runs. */
  queueLimit: number;
  /** Begins a run, see `TurnStore.takeUp`. Null where the turn is not to be run here. */
  takeUp(turnId: string): Promise<Turn | null>;
  /** A turn of the session is over here: it has ended, was left, or was not to be run. */
  onOver?(session: string): void;
  /** UTC milliseconds. */
  clock(): number;
  onError(what: string, error: unknown): void;
}

export interface LocalRuns {
  /** Takes a slot in the session's queue before the turn is on record. @throws PaliadinError `queue_full` */
  reserve(session: string, options?: { force: boolean }): Slot;
  /** Runs the turn when the slot reaches the front. Without a slot, it goes to the end of the queue, however long. */
  enqueue(turn: Turn, options?: EnqueueOptions): void;
  has(turnId: string): boolean;
  /** Stops the turn; one that waits runs at once, to its end. Resolves when it is over; false where it is not here. */
  stop(turnId: string): Promise<boolean>;
  isStopped(turnId: string): boolean;
  stopSession(session: string): void;
  /** Leaves what the session has here but these: another gateway runs it, or has ended it. */
  leaveOthers(session: string, turnIds: ReadonlySet<string>): void;
  /** Whether nothing of the session is here. */
  isIdle(session: string): boolean;
  sessions(): string[];
  position(turnId: string): number | null;
  /** Leaves everything, and resolves when nothing runs any more. */
  close(): Promise<void>;
}

export interface EnqueueOptions {
  since?: number | null;
  slot?: Slot;
  /** Its run was begun as it was accepted. */
  takenUp?: boolean;
}

interface OpenTurn {
  takenUp: boolean;
  turn: Turn;
  since: number | null;
  stop: AbortController;
  leave: AbortController;
  over: Promise<void>;
}

export function createLocalRuns(runTurn: RunTurn, options: LocalRunsOptions): LocalRuns {
  const { turnWriter, takeUp, onOver = () => {}, clock, onError } = options;
  const queue = createSessionQueue(options.queueLimit, tellPosition);
  const open = new Map<string, OpenTurn>();
  let closing = false;

  function tellPosition(turnId: string, position: number): void {
    const found = open.get(turnId);
    if (found === undefined) return;
    const events = toBodies(found.turn, clock(), [{ type: 'queued', position }]);
    turnWriter
      .write({ turnId, change: {}, events, progress: true })
      .catch((error) => onError('a queue position was not stored', error));
  }

  async function run({ turn: known, takenUp, since, stop, leave: { signal: leave } }: OpenTurn): Promise<void> {
    const turn = takenUp ? known : await takeUpInTime(known.turnId, leave);
    if (turn !== null && !leave.aborted) await runTurn({ turn, since, stop: stop.signal, leave });
  }

  /** Waits for a store that is unavailable: without a fence nothing is done. Null where the turn is left meanwhile. */
  async function takeUpInTime(turnId: string, leave: AbortSignal): Promise<Turn | null> {
    while (!leave.aborted) {
      try {
        return (await unlessLeft(takeUp(turnId), leave)) ?? null;
      } catch (error) {
        onError('a turn was not taken up; trying again', error);
        await unlessLeft(delay(AGAIN_MS), leave);
      }
    }
    return null;
  }

  function ofSession(session: string): OpenTurn[] {
    return [...open.values()].filter(({ turn }) => turn.agentSession === session);
  }

  return {
    reserve: queue.reserve,
    enqueue(turn, { since = null, takenUp = false, slot = queue.reserve(turn.agentSession, { force: true }) } = {}) {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const queued: OpenTurn = {
        turn,
        takenUp,
        since,
        stop: new AbortController(),
        leave: new AbortController(),
        over,
      };
      if (closing) queued.leave.abort();
      open.set(turn.turnId, queued);
      // A turn that still waits is stopped at once; it need not get to the front first.
      queued.stop.signal.addEventListener('abort', () => slot.runNow());
      slot.run(turn.turnId, async () => {
        await run(queued).catch((error) => onError('a turn could not be run to its end', error));
        open.delete(turn.turnId);
        resolve();
        onOver(turn.agentSession);
      });
    },
    has: (turnId) => open.has(turnId),
    async stop(turnId) {
      const found = open.get(turnId);
      if (found === undefined) return false;
      found.stop.abort();
      await found.over;
      return true;
    },
    isStopped: (turnId) => open.get(turnId)?.stop.signal.aborted === true,
    stopSession(session) {
      for (const { stop } of ofSession(session)) stop.abort();
    },
    leaveOthers(session, turnIds) {
      for (const { turn, leave } of ofSession(session)) if (!turnIds.has(turn.turnId)) leave.abort();
    },
    isIdle: (session) => ofSession(session).length === 0,
    sessions: () => [...new Set([...open.values()].map(({ turn }) => turn.agentSession))],
    position: queue.position,
    async close() {
      closing = true;
      for (const { leave } of open.values()) leave.abort();
      await queue.idle();
    },
  };
}

const AGAIN_MS = 1000;
