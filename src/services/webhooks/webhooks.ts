/**
 * Tells the application what became of its users' turns, at least once: what is to be told is on record before it is sent,
 * and it is sent again until the endpoint has taken it, or for a day. It is found in the stored events from a cursor on, so
 * nothing is missed that was stored while no gateway ran.
 */
import { backoff } from '../../contract/backoff.ts';
import type { WebhookDelivery } from '../../contract/records/webhook.ts';
import type { Store } from '../../store/store.ts';
import type { Turns } from '../../turn/turns.ts';
import { deliveriesOf } from './deliveries-of.ts';
import { payloadOf, type WebhookTexts } from './payload.ts';
import { send, type WebhookEndpoint } from './send.ts';

export interface WebhooksOptions {
  store: Pick<Store, 'events' | 'turns' | 'users' | 'webhooks'>;
  turns: Pick<Turns, 'watch'>;
  endpoint: WebhookEndpoint & WebhookTexts;
  /** UTC milliseconds. */
  clock(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  /** Called after each attempt, for the log. */
  onAttempt(attempt: WebhookAttempt): void;
  onError(what: string, error: unknown): void;
  retries?: Partial<typeof RETRIES>;
}

export interface WebhookAttempt extends Pick<WebhookDelivery, 'turnId' | 'type' | 'attempts'> {
  /** Null: it was delivered. */
  why: string | null;
  /** When it is tried again, in milliseconds; null where it is not. */
  againInMs: number | null;
}

/** Begins at once with what is due. The result ends it: attempts under way are broken off, and made again at the next start. */
export async function startWebhooks(options: WebhooksOptions): Promise<() => Promise<void>> {
  const { store, turns, clock, onError } = options;
  const retries = { ...RETRIES, ...options.retries };
  let cursor = await firstCursor(store);
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | null = null;
  let woken = false;
  const stop = new AbortController();
  const { signal } = stop;

  /** Puts on record what is to be told of the events that were stored since. */
  async function collect(): Promise<void> {
    for (;;) {
      const { events, next } = await store.events.changes({ after: cursor, limit: PAGE });
      if (next === cursor || signal.aborted) return;
      const since = clock() - retries.giveUpMs;
      await store.webhooks.enqueue(deliveriesOf(events.filter(({ at }) => at >= since)), next);
      cursor = next;
    }
  }

  async function deliver(): Promise<void> {
    while (!signal.aborted) {
      const now = clock();
      const due = await store.webhooks.claim({ now, until: now + CLAIM_MS, limit: AT_ONCE });
      if (due.length === 0) return;
      await Promise.all(due.map((delivery) => attempt(delivery)));
    }
  }

  async function attempt(delivery: WebhookDelivery): Promise<void> {
    const { eventId, turnId, type, attempts, occurredAt } = delivery;
    const turn = await store.turns.get(turnId);
    // Deleted, and its deliveries with it.
    if (turn === null) return;
    const user = await store.users.get(turn.userId);
    const body = payloadOf(delivery, { turn, user }, options.endpoint);
    const failure = await send(options.endpoint, { id: `evt_${eventId}`, body, at: new Date(clock()) }, signal);
    const now = clock();
    if (failure !== null && signal.aborted) {
      return await store.webhooks.record(eventId, { nextAt: now, deliveredAt: null, error: delivery.error });
    }
    const pause = backoff(attempts, { ...retries, random: options.random });
    const isLast = failure !== null && (!failure.again || now + pause - occurredAt > retries.giveUpMs);
    const againInMs = failure === null || isLast ? null : pause;
    await store.webhooks.record(eventId, {
      nextAt: againInMs === null ? null : now + againInMs,
      deliveredAt: failure === null ? now : null,
      error: failure?.why ?? null,
    });
    options.onAttempt({ turnId, type, attempts, why: failure?.why ?? null, againInMs });
  }

  async function work(): Promise<void> {
    clearTimeout(timer);
    try {
      while (woken && !signal.aborted) {
        woken = false;
        await collect();
        await deliver();
      }
      await store.webhooks.prune(clock() - KEEP_MS);
    } catch (error) {
      onError('webhooks were not delivered; it is tried again', error);
    }
    const due = await store.webhooks.nextDue().catch(() => null);
    const pause = due === null ? LOOK_MS : Math.min(LOOK_MS, Math.max(SHORTEST_MS, due - clock()));
    if (!signal.aborted) timer = setTimeout(wake, pause).unref();
  }

  function wake(): void {
    woken = true;
    working ??= work().finally(() => {
      working = null;
      if (woken && !signal.aborted) wake();
    });
  }

  const unwatch = await turns.watch((events) => {
    if (deliveriesOf(events).length > 0) wake();
  });
  wake();
  return async () => {
    stop.abort();
    unwatch();
    clearTimeout(timer);
    await working;
  };
}

const RETRIES = {
  firstMs: 5_000,
  maxMs: 2 * 3_600_000,
  /** Since it happened. Whoever was away for longer asks for the history. */
  giveUpMs: 24 * 3_600_000,
};

/** At the first start nothing of the past is told. */
async function firstCursor({ events, webhooks }: Pick<Store, 'events' | 'webhooks'>): Promise<number> {
  const known = await webhooks.cursor();
  if (known !== null) return known;
  const last = await events.lastId();
  await webhooks.enqueue([], last);
  return last;
}

// Longer than an attempt takes; then it counts as lost with its gateway.
const CLAIM_MS = 60_000;
const AT_ONCE = 8;
// Some of them may hold a long piece of an answer, which is read and skipped.
const PAGE = 50;
const LOOK_MS = 60_000;
// So that a clock that differs from the timer's does not make it spin.
const SHORTEST_MS = 20;
// Long enough to look into what went wrong.
const KEEP_MS = 30 * 24 * 3_600_000;
