/** Which gateway runs a turn, and when: in each session one at a time, in the order of acceptance. */
import type { NewTurn, Turn } from '../contract/records/turn.ts';

export interface TurnDispatcher {
  /**
   * Puts a turn on record and into its session's queue, both or neither. Where its idempotency key was used before, that
   * turn is returned and nothing is queued.
   * @throws PaliadinError `queue_full`; of `TurnStore.insert`
   */
  accept(turn: NewTurn): Promise<{ turn: Turn; inserted: boolean }>;
  /** Begins with the turns that were left open, in their order, before new ones are accepted. */
  start(): Promise<void>;
  /** How many turns are before this one; null once it runs, or where it is not open. */
  position(turnId: string): number | null;
  /** Stops the turn and resolves when it is over: true. False where nobody runs it, or will. */
  stop(turnId: string): Promise<boolean>;
  /**
   * Stops what the session has open, then does `work` while nothing of the session runs. What is accepted from now on
   * comes after it.
   */
  interrupt<T>(session: string, work: () => Promise<T>): Promise<T>;
  /** Runs nothing more, and resolves when what ran has been left to whoever takes it up next. */
  close(): Promise<void>;
}

/** Runs a turn until it has ended or has to be left. What it is given is the turn's only run, as far as the store knows. */
export type RunTurn = (run: TurnRun) => Promise<void>;

export interface TurnRun {
  /** As it is on record since this run took it up: its `fence` is the run's. */
  turn: Turn;
  /** When it was accepted, on the monotonic clock; null where another process accepted it. */
  since: number | null;
  /** Aborts when a person wants it stopped. */
  stop: AbortSignal;
  /** Aborts when it is to be left as it is: another run takes it up. */
  leave: AbortSignal;
}
