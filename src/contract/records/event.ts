/** An event of a turn, as it is stored. */
import type { TurnEvent } from '../turn.ts';

/** An event as it is stored. `id` only grows, over all turns: it is the SSE id. */
export interface StoredEvent {
  id: number;
  turnId: string;
  userId: string;
  at: number;
  event: TurnEvent | { type: 'accepted' } | { type: 'feedback' } | ResetEvent | ConversationEvent;
}

/** The session is absent in events from before users had several. */
export interface ResetEvent {
  type: 'reset';
  generation: number;
  moved?: boolean;
  session?: string;
}

/** The conversation is new, or something that its list shows has changed, or it is gone. Without its text. */
export interface ConversationEvent {
  type: 'conversation';
  session: string;
}

export type EventBody = Omit<StoredEvent, 'id'>;
