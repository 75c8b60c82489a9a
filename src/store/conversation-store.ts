/** The conversations of a user, as they see them. */
import { PaliadinError } from '../contract/errors.ts';
import type { By } from '../contract/records/audit-log.ts';
import type { AgentSession, Conversation, ConversationChange, ConversationPage } from '../contract/records/session.ts';

export interface ConversationQuery {
  userId: string;
  /** Those in the archive instead of the others. Not looked at in a search. */
  archived: boolean;
  /** Each word begins a word of the title. */
  search?: string | undefined;
  /** The `next` of the page before. */
  before?: string | undefined;
  limit: number;
}

export interface ConversationStore {
  /**
   * A further conversation: `<prefix>-<8 hex>-<n>`, where `n` is never used twice; the first has no number.
   * @throws PaliadinError `conversation_limit` where the user has `most` already
   */
  create(
    user: { id: string },
    options: { prefix: string; host: string; title: string | null; most: number },
    by: By,
  ): Promise<AgentSession>;
  /** Null also for another user's. */
  get(userId: string, name: string): Promise<Conversation | null>;
  /** @throws PaliadinError `bad_request` for a search that asks for too much */
  list(query: ConversationQuery): Promise<ConversationPage>;
  /** The conversation in which a request last used this id of a chat. */
  ofChat(userId: string, chatId: string): Promise<AgentSession | null>;
  /** @throws PaliadinError `not_found` */
  change(name: string, change: ConversationChange, by: By): Promise<void>;
  /**
   * Deletes the conversation and all that was said in it; the statistics stay. What its hosts have of it is then in
   * `deleted`, until `forgotten`. `erased: false`: see `UserStore.remove`.
   * @throws PaliadinError `not_found`; with `unlessOpen`, `conflict` while one of its turns is open
   */
  remove(name: string, by: By, options?: { unlessOpen?: boolean }): Promise<{ turns: number; erased: boolean }>;
  /** Deleted conversations whose files are still on a host. */
  deleted(): Promise<{ name: string; host: string }[]>;
  /** The host has nothing of it any more. */
  forgotten(name: string, host: string): Promise<void>;
}

export function noSuchConversation(): PaliadinError {
  return new PaliadinError('not_found', 'you have no conversation with this id; GET /api/conversations lists them');
}
