/** Reads and writes turns. */
import { PaliadinError } from '../contract/errors.ts';
import type { By } from '../contract/records/audit-log.ts';
import type { EventBody, StoredEvent } from '../contract/records/event.ts';
import type { StatsQuery, TurnStats } from '../contract/records/stats.ts';
import type { NewTurn, Turn, TurnChange, TurnFilter, TurnLine, TurnPage } from '../contract/records/turn.ts';
import type { Asking } from './carrier-store.ts';

/** A change of a turn and its events, in one transaction. */
export interface TurnWrite {
  turnId: string;
  /** Fence of the run that writes; absent for writes outside a run. */
  fence?: number;
  change: TurnChange;
  events: EventBody[];
  /** For a decision that comes from outside of the turn's run: it is too late once the turn is over, or is to stop. */
  whileOpen?: boolean;
  /**
   * Nothing but progress, which has to survive a crash of the process but not a power cut: what a power cut
   * loses, the host still has.
   */
  progress?: boolean;
}

/** A page of the turns that have ended, in the order of their end. */
export interface EndedPage {
  /** UTC milliseconds: those that ended then or later. */
  since: number;
  /** Of the turns that ended at `since`, those with a higher id: the last one of the page before, or an empty string. */
  afterId: string;
  limit: number;
}

/** Another run has taken the turn up since: the run that wrote has lost it. */
export function isTakenOver(error: unknown): boolean {
  return error instanceof PaliadinError && error.cause === TAKEN_OVER;
}

/** Another decision on the same request is on record. */
export function isDecidedAlready(error: unknown): boolean {
  return error instanceof PaliadinError && error.cause === DECIDED_ALREADY;
}

/** Causes of the errors. */
export const DECIDED_ALREADY = 'another decision is on record';
export const TAKEN_OVER = 'another run has taken up this turn';

/** `limit` turns of the session wait already. */
export function queueFull(limit: number): PaliadinError {
  return new PaliadinError('queue_full', `${limit} questions are already waiting; PALIADIN_QUEUE_LIMIT is the limit`);
}

/** For a gateway that shares the store. */
export interface SharedInsert {
  mostWaiting: number;
  /** Becomes the session's carrier with the turn, if no other gateway is. */
  by?: Asking | undefined;
}

/** A question to insert. */
export interface NewQuestion {
  turn: NewTurn;
  shared?: SharedInsert | undefined;
  /** Also begins its run, as `takeUp` with this time does: on a store with one gateway, with nothing before it. */
  takeUpAt?: number | undefined;
}

/** A question as it was stored; with `inserted: false`, the one that was stored before under its key. */
export type InsertedTurn = { turn: Turn; inserted: true; event: StoredEvent } | { turn: Turn; inserted: false };

/** What is known of an open turn without reading its texts. */
export type OpenTurn = Pick<Turn, 'turnId' | 'userId' | 'agentSession' | 'host' | 'status'>;

export interface TurnStore {
  /**
   * Inserts the audit row, status `queued`, and its `accepted` event. Where the user has used the
   * idempotency key before, nothing is inserted and that turn is returned with `inserted: false`
   * (and no event).
   *
   * @throws PaliadinError `quota_reached` where the user has reached their daily quota, `queue_full` where more than
   *   `mostWaiting` turns of the session would wait.
   */
  insert(turn: NewTurn, shared?: SharedInsert): Promise<InsertedTurn>;
  /**
   * As `insert`, of several questions in one transaction. A refusal concerns its question only; where this rejects,
   * none is stored.
   */
  insertAll(questions: readonly NewQuestion[]): Promise<PromiseSettledResult<InsertedTurn>[]>;
  /**
   * Begins a run of an open turn: gives it a fence that is higher than any fence of its session so far, and at least
   * `at`. Writes of earlier runs are refused from then on. Null where the turn has ended, or does not exist; and where
   * `carrier` is given, and is not its session's any more.
   */
  takeUp(turnId: string, at: number, carrier?: number): Promise<Turn | null>;
  /** How many open turns of its session were accepted before this one. */
  countBefore(turnId: string): Promise<number>;
  get(turnId: string): Promise<Turn | null>;
  byKey(userId: string, idempotencyKey: string): Promise<Turn | null>;
  /**
   * Several turns' changes and events in one transaction, so that a busy gateway pays one fsync for many.
   *
   * @throws PaliadinError `conflict` where another turn of the session is under way (`delivering`, `running`,
   *   `waiting`), where another run has taken the turn up (`isTakenOver`), or where an approval is decided
   *   (`isDecidedAlready`); `not_found` for a turn that does not exist, and for a decision that is too late (`whileOpen`).
   *   Nothing of the call is stored in that case.
   */
  write(writes: TurnWrite[]): Promise<StoredEvent[]>;
  /**
   * Newest first. `before` is a turn id of the same user. A page also ends when it holds a megabyte, or when a search
   * has looked at as many turns as it may at once: then it may be empty.
   *
   * @throws PaliadinError `bad_request` for a search that asks for too much.
   */
  history(query: {
    userId: string;
    /** Of one conversation. */
    agentSession?: string;
    /** Those whose requests named this chat. */
    sessionId?: string;
    before?: string;
    /** See `TurnFilter`. */
    search?: string;
    limit: number;
  }): Promise<TurnPage>;
  /** Turns that a crash may have left open, oldest first. */
  open(): Promise<Turn[]>;
  /** As `open`, without what was said: of all sessions, or of these. */
  openStates(sessions?: readonly string[]): Promise<OpenTurn[]>;
  /** As `open`, of one user. */
  openOf(userId: string): Promise<Turn[]>;
  /** The ids of open turns whose user or host is disabled. */
  openOfDisabled(): Promise<string[]>;
  /** Turns that ended with one of `GIVEN_UP` and have no answer, though the agent may have had the prompt. */
  awaitingLateAnswer(page: EndedPage): Promise<Turn[]>;
  /** Turns that have ended, and whose host does not know yet that they are on record. */
  unsettled(page: EndedPage): Promise<Turn[]>;
  /** Newest first, a page at a time. @throws PaliadinError `not_found` for a `before` that is not there. */
  list(query: TurnFilter & { before?: string | undefined; limit: number }): Promise<TurnLine[]>;
  /** Of the turns that have ended, from the hourly figures. */
  stats(query: StatsQuery): Promise<TurnStats>;
  /** The number of turns that have not ended. */
  countOpen(userId?: string): Promise<number>;
  /**
   * Deletes turns that ended before `before`, with all that was said in them, at most `limit`. The statistics stay.
   * Returns how many were deleted.
   */
  deleteOld(before: number, limit: number, by: By): Promise<number>;
}
