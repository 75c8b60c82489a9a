/** What the application's webhook was told, and what it is to be told yet. */
import type { NewWebhookDelivery, WebhookDelivery, WebhookSummary } from '../contract/records/webhook.ts';

export interface WebhookStore {
  /** Events up to this id have been looked at; null: nobody has looked yet. */
  cursor(): Promise<number | null>;
  /**
   * Adds deliveries, due at once, and moves the cursor, both or neither. A known event's delivery stays as it is, and the
   * cursor never moves back.
   */
  enqueue(deliveries: readonly NewWebhookDelivery[], cursor: number): Promise<void>;
  /** Deliveries that are due, longest first. Each is an attempt that began; nobody else gets it before `until`. */
  claim(query: { now: number; until: number; limit: number }): Promise<WebhookDelivery[]>;
  /** How an attempt ended. `nextAt` null: there is no other. */
  record(eventId: number, outcome: Pick<WebhookDelivery, 'nextAt' | 'deliveredAt' | 'error'>): Promise<void>;
  /** When the next attempt is due; null where none is. */
  nextDue(): Promise<number | null>;
  /** Newest first. */
  list(query: { limit: number }): Promise<WebhookDelivery[]>;
  /** Reads those that wait, and the newest thousand. */
  summary(): Promise<WebhookSummary>;
  /** Deletes what occurred before, and has no further attempt. */
  prune(before: number): Promise<void>;
}
