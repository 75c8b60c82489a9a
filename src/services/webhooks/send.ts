/** One attempt to deliver a webhook, signed as Standard Webhooks says. */
import { Webhook } from 'standardwebhooks';

export interface WebhookEndpoint {
  url: string;
  /** `whsec_` and base64. */
  secret: string;
}

/** Null: it was delivered. Otherwise why not, without any of the endpoint's words, and whether another attempt may help. */
export type Failure = { why: string; again: boolean } | null;

/** `id` is the same in every attempt, so that the receiver can tell a repetition. Never rejects. */
export async function send(
  { url, secret }: WebhookEndpoint,
  { id, body, at }: { id: string; body: string; at: Date },
  signal: AbortSignal,
): Promise<Failure> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Paliadin',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
      // A redirect would send the message to an address that the owner has not named.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    });
    await response.body?.cancel();
    return judge(response.status);
  } catch (error) {
    return { why: reasonOf(error), again: true };
  }
}

// A receiver should answer first, and work afterwards.
const LIMIT_MS = 15_000;

function judge(status: number): Failure {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) {
    const why = `the endpoint answered ${status}: redirects are not followed; set PALIADIN_WEBHOOK_URL to where it leads`;
    return { why, again: true };
  }
  if (status === 410) return { why: 'the endpoint answered 410: it wants no more of this', again: false };
  return { why: `the endpoint answered ${status}`, again: true };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${LIMIT_MS / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `the endpoint can’t be reached: ${code}` : 'the endpoint can’t be reached';
}
