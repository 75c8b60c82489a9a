/** What a webhook is told, in the form of Standard Webhooks: the type, when it happened, and what it is about. */
import { errorTable } from '../../contract/errors.ts';
import type { Turn } from '../../contract/records/turn.ts';
import type { User } from '../../contract/records/user.ts';
import type { WebhookDelivery } from '../../contract/records/webhook.ts';

export interface WebhookTexts {
  /** Also question and answer. Without it nothing that a person or the agent wrote leaves the gateway. */
  includeText: boolean;
}

/** The turn as it is now: it may have gone on since. */
export function payloadOf(
  { type, occurredAt, approvalId }: WebhookDelivery,
  { turn, user }: { turn: Turn; user: User | null },
  { includeText }: WebhookTexts,
): string {
  const {
    turnId,
    agentSession: sessionId,
    status,
    late,
    startedAt,
    finishedAt,
    durationMs,
    errorCode,
    message,
    response,
  } = turn;
  return JSON.stringify({
    type,
    timestamp: new Date(occurredAt).toISOString(),
    data: {
      turnId,
      sessionId,
      user: { id: turn.userId, sub: applicationsName(user) },
      status,
      late,
      startedAt,
      finishedAt,
      durationMs,
      error: errorCode === null ? null : { code: errorCode, retryable: errorTable[errorCode].retryable },
      ...(approvalId !== null && { approvalId }),
      ...(includeText && { message, response }),
    },
  });
}

/** The `sub` of the application's tokens; null for a user of another sign-in method. */
function applicationsName(user: User | null): string | null {
  return user?.subject.startsWith(BY_APPLICATION) ? user.subject.slice(BY_APPLICATION.length) : null;
}

const BY_APPLICATION = 'jwt:';
