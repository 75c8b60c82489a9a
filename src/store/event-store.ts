/** Events of turns. */
import type { EventBody, StoredEvent } from '../contract/records/event.ts';
import type { Decided } from '../contract/turn.ts';

export interface EventStore {
  /** Before a gateway writes: no event is given an id that one had which a power cut took. */
  skipLost(): Promise<void>;
  /** Events outside a turn's life (`feedback`, `reset`). */
  append(event: EventBody): Promise<StoredEvent>;
  /** Oldest first, ids greater than `after`. One of `userId`, `turnId`. */
  after(query: { userId: string; turnId?: string; after: number; limit: number }): Promise<StoredEvent[]>;
  /**
   * Of all users: what a list of turns shows differently after it, oldest first, among the next `limit` events after
   * `after`. `next` is the `after` to go on with; the same as before where there is nothing more.
   */
  changes(query: { after: number; limit: number }): Promise<{ events: StoredEvent[]; next: number }>;
  /** What was decided in the turn, oldest first. It is not dropped. */
  decided(turnId: string): Promise<(Decided & { at: number })[]>;
  /** The newest id there is; 0 in an empty store. */
  lastId(): Promise<number>;
  /** Drops the chunks and progress of turns that were final before `before`. Returns how many went. */
  prune(before: number): Promise<number>;
}
