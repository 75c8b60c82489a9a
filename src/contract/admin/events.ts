/** GET /api/admin/events */
import type { turnStatuses } from '../turn.ts';

/**
 * What changed, not its new value: the reader fetches what it shows. The SSE `event` is the type, `data` this. Changes
 * at the same moment are sent once; at most two events a second of each kind. Nothing is replayed: a reader that was
 * disconnected reloads.
 */
export type AdminEvent =
  /** A turn was accepted, moved on, or ended. */
  | {
      type: 'turns';
      turns: {
        turnId: string;
        userId: string;
        /** Null: the status is the same; something else changed, such as a rating. */
        status: (typeof turnStatuses)[number] | null;
      }[];
    }
  /** A session was made or reset, began or ended a turn, or its terminal came or went. */
  | { type: 'sessions' }
  /** A host was probed, went away, or came back. */
  | { type: 'hosts' }
  | { type: 'users' }
  | { type: 'audit'; head: number };
