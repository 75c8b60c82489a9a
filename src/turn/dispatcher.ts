/** Which gateway runs a turn, and when: in each session one at a time, in the order of acceptance. */
import type { NewTurn, Turn } from '../contract/records/turn.ts';

export interface TurnDispatcher {
  /**
   * Puts a turn on record and into its session's queue, both or neither. Where its idempotency key was used before,
   * that turn is returned and nothing is queued.
   * @throws PaliadinError `queue_full`, and the errors of `TurnStore.insert`
   */
  accept(turn: NewTurn): Promise<{ turn: Turn; inserted: boolean }>;
  /** Starts the turns that were left open, in their order, before new ones are accepted. */
  start(): Promise<void>;
  /** How many turns are before this one; null once it runs, or where it is not open. */
  position(turnId: string): Promise<number | null>;
  /** Whether another gateway may run the turn: this one does not, and has not queued it. */
  isElsewhere(turnId: string): boolean;
  /** Something was decided in a turn of this session that runs elsewhere, and is on record. */
  decided(session: string): void;
  /** Stops the turn and resolves when it is over: true. False where no gateway runs it, or will. */
  stop(turnId: string): Promise<boolean>;
  /**
   * Stops what the session has open, then does `work` while nothing of the session runs. Turns that are accepted from
   * now on run after it.
   */
  interrupt<T>(session: string, work: () => Promise<T>): Promise<T>;
  /** Runs nothing more, and resolves when the running turns have been left for another gateway, or the next start. */
  close(): Promise<void>;
}

/** Runs a turn until it has ended or has to be left. As far as the store knows, this is the turn's only run. */
export type RunTurn = (run: TurnRun) => Promise<void>;

export interface TurnRun {
  /** As it is on record since this run took it up: its `fence` is the fence of this run. */
  turn: Turn;
  /** When it was accepted, on the monotonic clock; null where another process accepted it. */
  since: number | null;
  /** Aborts when a person stops the turn. */
  stop: AbortSignal;
  /** Aborts when the turn is to be left as it is, for another run to take up. */
  leave: AbortSignal;
}
