/** Events of turns. */
import type { EventBody, StoredEvent } from '../contract/records/event.ts';
import type { Decided } from '../contract/turn.ts';
import type { EventCursor } from './gateway-link.ts';

export interface EventStore {
  /** Called before a gateway writes: an id whose event was lost in a power cut is never given again. */
  skipLost(): Promise<void>;
  /** Events outside a turn's life (`feedback`, `reset`). */
  append(event: EventBody): Promise<StoredEvent>;
  /** Oldest first, ids greater than `after`. Events of `userId`, or of one turn. */
  after(query: { userId: string; turnId?: string; after: number; limit: number }): Promise<StoredEvent[]>;
  /**
   * Of all users: events that change a list of turns, oldest first, among the next `limit` events after
   * `after`. `next` is the `after` to continue with; unchanged where there are no more events.
   */
  changes(query: { after: number; limit: number }): Promise<{ events: StoredEvent[]; next: number }>;
  /** What was stored after `after`, a cursor for each user and turn; `next` is the `after` to continue with. */
  cursors(after: number): Promise<{ cursors: EventCursor[]; next: number }>;
  /** The decisions of the turn, oldest first. They are not pruned. */
  decided(turnId: string): Promise<(Decided & { at: number })[]>;
  /** The newest id; 0 in an empty store. */
  lastId(): Promise<number>;
  /** Deletes the chunks and progress of turns that were final before `before`. Returns how many were deleted. */
  prune(before: number): Promise<number>;
}
