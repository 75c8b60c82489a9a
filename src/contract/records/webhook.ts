/** Something that the application's webhook is told. */

/** `turn.failed` also where nobody knows how the turn ended; `turn.finished` also where it was stopped. */
export const webhookTypes = ['turn.finished', 'turn.failed', 'turn.waiting'] as const;

export type WebhookType = (typeof webhookTypes)[number];

/** As it is stored. */
export interface WebhookDelivery {
  /** The event that it tells of. Two gateways that read the same event make one delivery. */
  eventId: number;
  turnId: string;
  type: WebhookType;
  /** The request that waits, for `turn.waiting`. */
  approvalId: string | null;
  occurredAt: number;
  /** Attempts that were begun. */
  attempts: number;
  /** When the next attempt is due; null once it was delivered or given up. */
  nextAt: number | null;
  deliveredAt: number | null;
  /** Why the last attempt failed; null where none has. */
  error: string | null;
}

/** How the deliveries are. */
export interface WebhookSummary {
  /** Those that are due, or will be. */
  waiting: number;
  /** Those of them whose last attempt failed. */
  failing: number;
  /** When the oldest of them occurred; null where none waits. */
  oldestWaitingAt: number | null;
  /** Of the newest thousand. */
  delivered: number;
  givenUp: number;
}

export type NewWebhookDelivery = Pick<WebhookDelivery, 'eventId' | 'turnId' | 'type' | 'approvalId' | 'occurredAt'>;
