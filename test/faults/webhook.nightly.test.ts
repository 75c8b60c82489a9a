/**
 * The gateway is killed while the application's endpoint is down. What became of the turn is told once the gateway is back.
 */
import { expect, test } from 'vitest';
import type { Hosts } from '../../src/contract/admin/hosts.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';

test('a webhook that could not be delivered before the gateway was killed is delivered after its start', async () => {
  const receiver = await webhookReceiver();
  receiver.answer(503);
  const gateway = await gatewayForTest({
    env: { PALIADIN_WEBHOOK_URL: receiver.url, PALIADIN_WEBHOOK_SECRET: receiver.secret },
  });
  const { turnId } = await (await gateway.as('anna')).answer('demo at once');
  const { webhooks } = await gateway.store();
  await expect
    .poll(async () => (await webhooks.list({ limit: 1 }))[0]?.error, { timeout: 20_000 })
    .toBe('the endpoint answered 503');
  const owner = await gateway.as('owner');
  const { gateway: told } = (await (await owner.call('GET', '/api/admin/hosts')).json()) as Hosts;
  expect(told.webhooks).toMatchObject({ waiting: 1, failing: 1, delivered: 0, givenUp: 0 });
  const metrics = await (await owner.call('GET', '/metrics')).text();
  expect(metrics).toMatch(/^paliadin_webhook_attempts_total\{result="failed"\} [1-9]/m);
  expect(metrics).toContain('paliadin_webhooks_waiting{state="failing"} 1');
  expect(metrics).toMatch(/^paliadin_webhook_oldest_waiting_seconds \d+(\.\d+)?$/m);
  await gateway.end('SIGKILL');
  receiver.answer(200);
  await gateway.start();
  await expect.poll(() => receiver.received.some(({ status }) => status === 200), { timeout: 20_000 }).toBe(true);
  const taken = receiver.received.find(({ status }) => status === 200);
  expect(taken?.body).toMatchObject({ type: 'turn.finished', data: { turnId, status: 'completed' } });
  expect(taken?.raw).not.toContain('demo at once');
  await expect.poll(() => gateway.log).toMatch(/"type":"turn.finished".*webhook delivered/);
  expect(gateway.log).not.toContain(receiver.secret);
});
