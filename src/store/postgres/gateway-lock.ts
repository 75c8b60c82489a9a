/**
 * One gateway at a time runs the turns of a database. The lock belongs to a connection, so that it ends with a gateway
 * however that ends, and is taken again where the connection was lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { retry } from '../../process/retry.ts';
import { openPool, STATEMENT_MS } from './pool.ts';

export interface GatewayLockOptions {
  /** How long to wait for another holder, in milliseconds. */
  waitMs: number;
  /** The lock was lost, and another gateway has it now. */
  onLost(): void;
  /** After what time it is another gateway that has the lock, and not the end of our own lost connection. */
  patienceMs?: number;
}

/** Returns how to let go; null where another process holds the lock. @throws the driver's error */
export async function lockGateway(
  url: string,
  { waitMs, onLost, patienceMs = PATIENCE_MS }: GatewayLockOptions,
): Promise<(() => Promise<void>) | null> {
  const pool = openPool(url, { most: 1, statementMs: STATEMENT_MS });
  const closing = new AbortController();
  const take = async () => {
    const client = await pool.connect();
    try {
      const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}) as taken`, []);
      if (rows[0]?.taken === true) return client;
      client.release();
      return null;
    } catch (error) {
      client.release();
      throw error;
    }
  };
  let held: Held | null = await take();
  for (const until = Date.now() + waitMs; held === null && Date.now() < until; held = await take()) {
    await delay(LOOK_AGAIN_MS);
  }
  if (held === null) {
    await pool.end();
    return null;
  }

  /** Resolves when the lock is lost for good, or let go. */
  async function keep(): Promise<void> {
    const { signal } = closing;
    while (held !== null) {
      await delay(WATCH_MS, undefined, { signal, ref: false });
      try {
        await held.query('select 1', []);
      } catch {
        held.release();
        held = null;
        held = await takeAgain(signal);
      }
    }
    onLost();
  }

  async function takeAgain(signal: AbortSignal): Promise<Held | null> {
    for (const until = performance.now() + patienceMs; ; ) {
      const client = await retry(take, { firstMs: WATCH_MS, signal, ref: false });
      if (client !== null || performance.now() > until) return client;
      await delay(WATCH_MS, undefined, { signal, ref: false });
    }
  }

  const kept = keep().catch(() => {}); // let go
  return async () => {
    closing.abort();
    await kept;
    held?.release();
    await pool.end();
  };
}

type Held = Awaited<ReturnType<ReturnType<typeof openPool>['connect']>>;

// Any number that nobody else uses in this database.
const LOCK = 7_717_003;

const WATCH_MS = 5_000;
const LOOK_AGAIN_MS = 100;

// The server notices after 25 s that a connection is gone.
const PATIENCE_MS = 60_000;
