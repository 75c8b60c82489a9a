/** An application's endpoint, which takes webhooks as `standardwebhooks` says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

export interface Received {
  id: string;
  /** What it was answered with. */
  status: number;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
  raw: string;
}

export interface WebhookReceiver {
  url: string;
  secret: string;
  received: Received[];
  /** What the next messages are answered with, in their order; the last is for all that follow. */
  answer(...statuses: number[]): void;
}

export async function webhookReceiver(): Promise<WebhookReceiver> {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const received: Received[] = [];
  let statuses = [200];
  const server = createServer(async (request, response) => {
    const raw = await text(request);
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
    // Throws where signature or time are wrong.
    const body = new Webhook(secret).verify(raw, request.headers as Record<string, string>) as Received['body'];
    received.push({ id: String(request.headers['webhook-id']), status, body, raw });
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('taken');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    secret,
    received,
    answer: (...next) => {
      statuses = next;
    },
  };
}
