/** An event of a turn, as it is stored. */
import type { TurnEvent } from '../turn.ts';

/** An event as it is stored. `id` only grows, over all turns: it is the SSE id. */
export interface StoredEvent {
  id: number;
  turnId: string;
  userId: string;
  at: number;
  event:
    | TurnEvent
    | { type: 'accepted' }
    | { type: 'feedback' }
    | { type: 'reset'; generation: number; moved?: boolean };
}

export type EventBody = Omit<StoredEvent, 'id'>;
