/** Which events a webhook is told of. */
import type { StoredEvent } from '../../contract/records/event.ts';
import type { NewWebhookDelivery, WebhookType } from '../../contract/records/webhook.ts';

export function deliveriesOf(events: readonly StoredEvent[]): NewWebhookDelivery[] {
  return events.flatMap(({ id, turnId, at, event }) => {
    const type = typeOf(event);
    if (type === null) return [];
    const approvalId = event.type === 'approval' ? event.approval.id : null;
    return [{ eventId: id, turnId, type, approvalId, occurredAt: at }];
  });
}

function typeOf(event: StoredEvent['event']): WebhookType | null {
  switch (event.type) {
    case 'finished':
      return event.status === 'failed' || event.status === 'unknown' ? 'turn.failed' : 'turn.finished';
    case 'late':
      return 'turn.finished';
    case 'approval':
      return 'turn.waiting';
    default:
      return null;
  }
}
