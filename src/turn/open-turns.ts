/** The turns that are not final: each waits in its session's queue or runs, and can be stopped. */
import type { Turn } from '../contract/records/turn.ts';
import { type RunTurnOptions, runTurn, type TurnRun } from './run-turn.ts';
import { createSessionQueue, type SessionQueue } from './session-queue.ts';
import { toBodies } from './turn-event-writer.ts';

export interface OpenTurns {
  /** Takes a place for a turn that is about to be accepted. See `SessionQueue`. */
  reserve: SessionQueue['reserve'];
  /** Runs the turn when its place in the queue comes to the front. */
  runTurn(place: ReturnType<SessionQueue['reserve']>, turnRun: Omit<TurnRun, 'stop'>): void;
  /** 1 is next; null for a turn that is under way, or not open. */
  position(turnId: string): number | null;
  /** Whether this gateway sees to it. */
  isCarried(turnId: string): boolean;
  /** Stops the turn and resolves when it is over; at once for one that is not open. */
  stop(turnId: string): Promise<void>;
  /** Stops all turns of the session, without waiting. */
  stopAll(session: string): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createOpenTurns(options: RunTurnOptions & { queueLimit: number }): OpenTurns {
  const { turnWriter, clock, onError, closing } = options;
  const queue = createSessionQueue(options.queueLimit, tellPosition);
  const open = new Map<string, { turn: Turn; stop: AbortController; over: Promise<void> }>();

  function tellPosition(turnId: string, position: number): void {
    const turn = open.get(turnId)?.turn;
    if (turn === undefined) return;
    turnWriter
      .write({ turnId, change: {}, events: toBodies(turn, clock(), [{ type: 'queued', position }]), progress: true })
      .catch((error) => onError('a queue position was not stored', error));
  }

  return {
    reserve: queue.reserve,
    position: queue.position,
    idle: queue.idle,
    runTurn(place, turnRun) {
      const { turn } = turnRun;
      const stop = new AbortController();
      const over = Promise.withResolvers<void>();
      open.set(turn.turnId, { turn, stop, over: over.promise });
      // One that still waits ends at once; it need not get to the front for that.
      stop.signal.addEventListener('abort', () => place.jump());
      place.fill(turn.turnId, async () => {
        try {
          // A gateway that is closing leaves it to the next.
          if (!closing.aborted) await runTurn({ ...turnRun, stop: stop.signal }, options);
        } catch (error) {
          onError('a turn could not be run to its end', error);
        }
        open.delete(turn.turnId);
        over.resolve();
      });
    },
    isCarried: (turnId) => open.has(turnId),
    async stop(turnId) {
      const found = open.get(turnId);
      found?.stop.abort();
      await found?.over;
    },
    stopAll(session) {
      for (const { turn, stop } of open.values()) if (turn.agentSession === session) stop.abort();
    },
  };
}
