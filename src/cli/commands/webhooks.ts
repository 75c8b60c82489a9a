import type { WebhookDelivery } from '../../contract/records/webhook.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { limitOf } from './limit.ts';
import { withServices } from './with-services.ts';

/** Lists what the application's webhook was told and is to be told, newest first. */
export async function showWebhooks(context: CommandContext, options: { json?: boolean; limit: string }): Promise<void> {
  const limit = limitOf(options.limit);
  await withServices(context, async ({ webhooks }) => {
    const deliveries = await webhooks.list({ limit });
    if (options.json) return context.terminal.printJson(deliveries);
    if (deliveries.length === 0) {
      const why = context.config.values.PALIADIN_WEBHOOK_URL === undefined ? '; PALIADIN_WEBHOOK_URL is not set' : '';
      context.terminal.print([`No webhook has been sent or is to be sent${why}.`]);
      return;
    }
    context.terminal.print(table(HEAD, deliveries.map(describe)));
  });
}

const HEAD = ['occurred', 'type', 'turn', 'attempts', 'state', 'reason'];

function describe(delivery: WebhookDelivery): string[] {
  const { occurredAt, type, turnId, attempts, error } = delivery;
  return [new Date(occurredAt).toISOString(), type, turnId, String(attempts), stateOf(delivery), error ?? ''];
}

function stateOf({ deliveredAt, nextAt }: WebhookDelivery): string {
  if (deliveredAt !== null) return 'delivered';
  return nextAt === null ? 'given up' : `next at ${new Date(nextAt).toISOString()}`;
}
