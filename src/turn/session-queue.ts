/** One turn at a time in each session, in the order of acceptance; sessions run in parallel. */
import { queueFull } from '../store/turn-store.ts';

export interface SessionQueue {
  /**
   * Takes a slot in the session's queue before the turn is on record, so that a full queue refuses it.
   * `force` ignores the limit, for turns that were accepted already.
   * @throws PaliadinError `queue_full`
   */
  reserve(session: string, options?: { force: boolean }): Slot;
  /** How many slots are before this turn's; null once it is under way, or not in this queue. */
  position(turnId: string): number | null;
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>;
}

export interface Slot {
  /** Nothing is before it; that stays so. */
  readonly first: boolean;
  /** Does the work when the slot reaches the front. Resolves when it is done; the work handles its own errors. */
  run(turnId: string, work: () => Promise<void>): Promise<void>;
  /** Does the work now instead of waiting; does nothing where it is already under way. */
  runNow(): void;
  /** Gives the slot back: no work will be done in it. */
  release(): void;
}

interface Entry {
  turnId: string | null;
  start: (() => void) | null;
}

/** `limit` is how many may wait behind the one under way. `onMove` is called with each turn's new position. */
export function createSessionQueue(limit: number, onMove: (turnId: string, position: number) => void): SessionQueue {
  const lines = new Map<string, Entry[]>();
  const idleWaiters: (() => void)[] = [];

  /** Starts the first of the line if it is ready. */
  function advance(line: Entry[]): void {
    const [first] = line;
    const start = first?.start;
    if (!first || !start) return;
    first.start = null;
    start();
  }

  function remove(session: string, entry: Entry): void {
    const line = lines.get(session) ?? [];
    const at = line.indexOf(entry);
    if (at < 0) return;
    line.splice(at, 1);
    if (line.length === 0) lines.delete(session);
    // The first is already under way; the others moved up.
    for (const [position, { turnId, start }] of line.entries()) {
      if (position >= Math.max(at, 1) && turnId !== null && start !== null) onMove(turnId, position);
    }
    if (at === 0) advance(line);
    if (lines.size === 0) for (const wake of idleWaiters.splice(0)) wake();
  }

  return {
    reserve(session, { force } = { force: false }) {
      const line = lines.get(session) ?? [];
      if (line.length > limit && !force) throw queueFull(limit);
      const entry: Entry = { turnId: null, start: null };
      line.push(entry);
      lines.set(session, line);
      return {
        get first() {
          return line[0] === entry;
        },
        run(turnId, work) {
          const { promise, resolve } = Promise.withResolvers<void>();
          entry.turnId = turnId;
          entry.start = () => {
            work().finally(() => {
              remove(session, entry);
              resolve();
            });
          };
          const position = line.indexOf(entry);
          if (position === 0) advance(line);
          else onMove(turnId, position);
          return promise;
        },
        runNow() {
          const start = entry.start;
          if (start === null) return;
          entry.start = null;
          remove(session, entry);
          start();
        },
        release: () => remove(session, entry),
      };
    },
    position(turnId) {
      for (const line of lines.values()) {
        const at = line.findIndex((entry) => entry.turnId === turnId);
        if (at > 0) return at;
      }
      return null;
    },
    idle() {
      if (lines.size === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
  };
}
