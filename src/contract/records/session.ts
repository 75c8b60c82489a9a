/** A conversation with the agent. */

/** A persistent conversation of a user with the agent. A user may have several. */
export interface AgentSession {
  /** Unique and never given again: the conversation's id, and the name of the tmux session. */
  name: string;
  userId: string;
  host: string;
  /** A reset adds one. The agent does not know what was said in an earlier generation. */
  generation: number;
  /** The generation that began with a move from another host; null where none did. */
  movedIn: number | null;
  createdAt: number;
  lastUsedAt: number;
}

/** `waiting`: for its user's decision. `queued`: nothing of it is under way, and a question waits. */
export const conversationStates = ['idle', 'queued', 'answering', 'waiting'] as const;

export type ConversationState = (typeof conversationStates)[number];

/** A session as its user sees it in the list of their conversations. */
export interface Conversation extends AgentSession {
  /** Text of the user: the first question, shortened, or what they wrote instead; null before the first question. */
  title: string | null;
  archivedAt: number | null;
  /** Up to when its user has seen what was answered. */
  seenAt: number;
  state: ConversationState;
  /** End of its newest turn; null where that has not ended, and where there is none. */
  finishedAt: number | null;
}

/** What its user may change. */
export interface ConversationChange {
  title?: string | undefined;
  archived?: boolean | undefined;
  /** Everything that was answered until now was seen. */
  seen?: true | undefined;
}

/** Newest use first. */
export interface ConversationPage {
  conversations: Conversation[];
  /** The `before` of the next page; null where this is the last. */
  next: string | null;
}
