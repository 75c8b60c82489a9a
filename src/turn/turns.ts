/** What the rest of the gateway can do with turns. `http/`, `gateway/` and `cli/` use nothing else of this folder. */

import type { Feedback, HistoryPage, StreamedEvent, TurnView } from '../contract/api.ts';
import type { PaliadinError } from '../contract/errors.ts';
import type { StoredEvent } from '../contract/records/event.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { Decision, TurnRequest } from '../contract/turn.ts';
import type { Conversations } from './conversations.ts';
import type { ConversationSettings } from './place-session.ts';

export interface Turns {
  /**
   * Accepts a question: the audit row is on disk when this resolves. The same idempotency key with the
   * same request gives the same turn, `repeated: true`.
   *
   * @throws PaliadinError `message_invalid`, `message_too_large`, `queue_full`, `disabled`,
   *   `idempotency_mismatch`, `not_found` for a conversation, `store_unavailable`; in each case nothing was accepted.
   */
  ask(request: TurnRequest, idempotencyKey?: string): Promise<{ turn: TurnView; repeated: boolean }>;
  /** @throws PaliadinError `not_found`, also for another user's turn. */
  get(userId: string, turnId: string, locale?: string | null): Promise<TurnView>;
  /** The turn that was accepted with this key of the user's; null where none was. */
  byKey(userId: string, idempotencyKey: string, locale?: string | null): Promise<TurnView | null>;
  history(
    query: { userId: string; sessionId?: string; before?: string; search?: string; limit: number },
    locale?: string | null,
  ): Promise<HistoryPage>;
  /** Stops the turn at whatever stage it is. Resolves with the turn as it then is; a final turn is left alone. */
  cancel(userId: string, turnId: string, locale?: string | null): Promise<TurnView>;
  /**
   * Tells the agent what the person decided, once that is on record.
   * @throws PaliadinError `not_found` where it is no longer asked, `not_allowed`, `bad_request`
   */
  decide(
    userId: string,
    turnId: string,
    approvalId: string,
    decision: Decision,
    locale?: string | null,
  ): Promise<TurnView>;
  /**
   * Stops what is open in the conversation, by default the one that was used last, and begins it anew.
   * @throws PaliadinError `not_found`
   */
  reset(userId: string, sessionId?: string): Promise<AgentSession>;
  conversations: Conversations;
  /** How many conversations a user may have. */
  howMany: ConversationSettings['howMany'];
  giveFeedback(userId: string, turnId: string, feedback: Feedback, locale?: string | null): Promise<TurnView>;
  /**
   * A user's events in order, from after event `after`, or one turn's, which ends with its last. Reads at
   * the reader's pace: a reader who does not take the next event costs no memory.
   */
  follow(query: FollowQuery): AsyncIterable<{ id: number; event: StreamedEvent }>;
  /** Why questions are not accepted from anybody now; null where they are. */
  refusal(): PaliadinError | null;
  /** The one that was used last; created where the user has none. */
  session(userId: string): Promise<AgentSession>;
  /** As `reset`, of anybody's conversation. @throws PaliadinError `not_found` */
  resetSession(name: string, actor: string): Promise<AgentSession>;
  /**
   * Begins anybody's conversation anew on another host, with its last turns; stops what is open first.
   * @throws PaliadinError `not_found`, `conflict`, and why that host could not answer now
   */
  moveSession(name: string, host: string, actor: string): Promise<AgentSession>;
  /** Stops everything that the user has open, and resolves when it is over. */
  stopAll(userId: string): Promise<void>;
  /**
   * Calls back with changes in the list of all turns, from when this resolves. Resolves with a function that
   * unsubscribes.
   */
  watch(listener: (events: StoredEvent[]) => void): Promise<() => void>;
}

export interface FollowQuery {
  userId: string;
  turnId?: string;
  /** 0: from the beginning. */
  after: number;
  locale?: string | null;
  signal: AbortSignal;
}
