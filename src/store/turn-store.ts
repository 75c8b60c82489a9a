/** Turns: what can be read of them, and how they are written. */
import { PaliadinError } from '../contract/errors.ts';
import type { By } from '../contract/records/audit-log.ts';
import type { EventBody, StoredEvent } from '../contract/records/event.ts';
import type { StatsQuery, TurnStats } from '../contract/records/stats.ts';
import type { NewTurn, Turn, TurnChange, TurnFilter, TurnLine, TurnPage } from '../contract/records/turn.ts';

/** A change of a turn and what is told about it, in one transaction. */
export interface TurnWrite {
  turnId: string;
  /** Of the run that writes; none where it is not a run's. */
  fence?: number;
  change: TurnChange;
  events: EventBody[];
  /**
   * Nothing but progress, which need not survive a power cut, only the end of the process: what a power cut
   * takes of it, the host still has.
   */
  progress?: boolean;
}

/** Another run has taken the turn up since: whoever wrote has lost it. */
export function isTakenOver(error: unknown): boolean {
  return error instanceof PaliadinError && error.cause === TAKEN_OVER;
}

/** Cause of the error. */
export const TAKEN_OVER = 'another run has taken up this turn';

export interface TurnStore {
  /**
   * Inserts the audit row, status `queued`, and its `accepted` event. Where the user has used the
   * idempotency key before, nothing is inserted and that turn is returned with `inserted: false`
   * (and no event).
   *
   * @throws PaliadinError `quota_reached` where the user has asked as often as they may in a day.
   */
  insert(turn: NewTurn): Promise<{ turn: Turn; inserted: true; event: StoredEvent } | { turn: Turn; inserted: false }>;
  /**
   * Begins a run of an open turn: gives it a fence that is higher than any that a turn of its session ever had, and than
   * `at`. What an earlier run writes is refused from then on. Null where the turn has ended, or is not there.
   */
  takeUp(turnId: string, at: number): Promise<Turn | null>;
  get(turnId: string): Promise<Turn | null>;
  byKey(userId: string, idempotencyKey: string): Promise<Turn | null>;
  /**
   * Several turns' changes and events in one transaction, so that a busy gateway pays one fsync for many.
   *
   * @throws PaliadinError `conflict` where another turn of the session is at work (`delivering`, `running`,
   *   `waiting`), or where the turn was taken up since (`isTakenOver`); `not_found` for a turn that is not there. Nothing
   *   of the call is kept then.
   */
  write(writes: TurnWrite[]): Promise<StoredEvent[]>;
  /**
   * Newest first. `before` is a turn id of the same user. A page also ends where it holds a megabyte, or where a search has
   * looked at as much as it may at once: then it may be empty.
   *
   * @throws PaliadinError `bad_request` for a search that asks for too much.
   */
  history(query: {
    userId: string;
    sessionId?: string;
    before?: string;
    /** See `TurnFilter`. */
    search?: string;
    limit: number;
  }): Promise<TurnPage>;
  /** Turns that a crash may have left open, oldest first. */
  open(): Promise<Turn[]>;
  /** As `open`, of one user. */
  openOf(userId: string): Promise<Turn[]>;
  /** The ids of those whose user is disabled. */
  openOfDisabled(): Promise<string[]>;
  /** Turns that ended since `since` with one of `GIVEN_UP` and have no answer, though the agent may have had the prompt. */
  awaitingLateAnswer(since: number): Promise<Turn[]>;
  /** Turns that ended since `since`, and of which the host has not been told that they are on record. */
  unsettled(since: number): Promise<Turn[]>;
  /** Newest first, a page at a time. @throws PaliadinError `not_found` for a `before` that is not there. */
  list(query: TurnFilter & { before?: string | undefined; limit: number }): Promise<TurnLine[]>;
  /** Of the turns that have ended, from the figures that are kept by the hour. */
  stats(query: StatsQuery): Promise<TurnStats>;
  /** How many there are that have not ended. */
  countOpen(userId?: string): Promise<number>;
  /**
   * Deletes turns that ended before `before`, with all that was said in them, at most `limit`. What was counted stays.
   * Returns how many.
   */
  deleteOld(before: number, limit: number, by: By): Promise<number>;
}
