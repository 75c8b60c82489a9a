/** The turns that are not final: each waits in its session's queue or is carried, and can be stopped. */
import type { Turn } from '../store/store.ts';
import { type Carried, type CarryOptions, carry } from './carry.ts';
import { toBodies } from './scribe.ts';
import { createSessionQueue, type SessionQueue } from './session-queue.ts';

export interface OpenTurns {
  /** Takes a place for a turn that is about to be accepted. See `SessionQueue`. */
  reserve: SessionQueue['reserve'];
  /** Has the turn carried when its place comes to the front. */
  carry(place: ReturnType<SessionQueue['reserve']>, carried: Omit<Carried, 'stop'>): void;
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

export function createOpenTurns(options: CarryOptions & { queueLimit: number }): OpenTurns {
  const { recorder, clock, onTrouble, closing } = options;
  const queue = createSessionQueue(options.queueLimit, tellPosition);
  const open = new Map<string, { turn: Turn; stop: AbortController; over: Promise<void> }>();

  function tellPosition(turnId: string, position: number): void {
    const turn = open.get(turnId)?.turn;
    if (turn === undefined) return;
    recorder
      .write({ turnId, change: {}, events: toBodies(turn, clock(), [{ type: 'queued', position }]), progress: true })
      .catch((error) => onTrouble('a queue position was not stored', error));
  }

  return {
    reserve: queue.reserve,
    position: queue.position,
    idle: queue.idle,
    carry(place, carried) {
      const { turn } = carried;
      const stop = new AbortController();
      const over = Promise.withResolvers<void>();
      open.set(turn.turnId, { turn, stop, over: over.promise });
      // One that still waits ends at once; it need not get to the front for that.
      stop.signal.addEventListener('abort', () => place.jump());
      place.fill(turn.turnId, async () => {
        try {
          // A gateway that is closing leaves it to the next.
          if (!closing.aborted) await carry({ ...carried, stop: stop.signal }, options);
        } catch (error) {
          onTrouble('a turn could not be carried to its end', error);
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
