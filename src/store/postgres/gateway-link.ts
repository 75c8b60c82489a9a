/**
 * What makes a gateway one of several: a connection of its own that holds a lock with the gateway's number. The lock ends
 * with the connection, so the others see within seconds that a gateway is gone, however it ended. A gateway that is
 * frozen says nothing on the connection; then the server ends it, and the lock.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../../contract/errors.ts';
import { retry } from '../../process/retry.ts';
import type { GatewayLink, GatewayMessage } from '../gateway-link.ts';
import { takeGatewayLock, tryLock } from './gateway-lock.ts';
import { gatherMessages, parseMessage } from './gateway-messages.ts';
import { openWire, type Wire } from './pool.ts';

export interface GatewayLinkOptions {
  /** The gateway can't share the database. */
  alone: boolean;
  /** How long to wait for a gateway that can't share it, in milliseconds. */
  waitMs: number;
  /** 0 ≤ n < 1. */
  random(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  onError(what: string, error: unknown): void;
}

/** Null where another gateway, or a command, does not share the database. @throws the driver's error */
export async function openGatewayLink(url: string, options: GatewayLinkOptions): Promise<GatewayLink | null> {
  const { alone, waitMs, random, now, onError } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const listeners = new Set<(message: GatewayMessage) => void>();
  let id = 0;
  let wire: Wire | null = null;
  let cameBackAt: number | null = null;
  let leading = false;

  async function connect(): Promise<Wire | null> {
    const opened = await openWire(url, { silenceMs: SILENCE_MS, onNotify: hear });
    try {
      const isOurs =
        (await takeGatewayLock(opened, { alone })) &&
        (await tryLock(opened, `pg_try_advisory_lock(${GATEWAYS}, ${id})`));
      if (isOurs) await opened.query(`listen ${CHANNEL}`);
      else await opened.close();
      return isOurs ? opened : null;
    } catch (error) {
      void opened.close();
      throw error;
    }
  }

  function hear(payload: string): void {
    const { from, ...message } = parseMessage(payload);
    if (from !== id) tell(message);
  }

  function tell(message: GatewayMessage): void {
    for (const listener of listeners) listener(message);
  }

  const outgoing = gatherMessages(async (message) => {
    if (wire === null) return false;
    const payload = JSON.stringify({ from: id, ...message });
    return await wire.query('select pg_notify($1, $2)', [CHANNEL, payload]).then(
      () => true,
      () => false, // the connection is lost; it is sent over the next one
    );
  });

  async function keep(): Promise<void> {
    while (wire !== null) {
      await Promise.race([wire.ended, noAnswer(wire, signal)]);
      void wire.close(); // a silent server would not say that it is done
      wire = null;
      leading = false;
      if (signal.aborted) return;
      wire = await connectAgain();
      cameBackAt = now();
      tell(LOOK_AT_ALL);
      outgoing.send(LOOK_AT_ALL);
    }
  }

  async function connectAgain(): Promise<Wire> {
    let failures = 0;
    const again = async () => {
      const opened = await connect();
      if (opened !== null) return opened;
      // At first it is our own last connection, whose end the server has not noticed yet.
      throw new PaliadinError('conflict', 'another gateway has taken the database; stop one of the two');
    };
    const onFailure = (error: unknown) => {
      if (++failures % REPORT_EVERY === 0) onError('the other gateways can’t be reached; trying again', error);
    };
    return await retry(again, { ...PAUSES, random, signal, ref: false, onFailure });
  }

  for (const until = now() + waitMs; ; ) {
    id = 1 + Math.floor(random() * MAX_ID);
    wire = await connect();
    if (wire !== null) break;
    if (now() >= until) return null;
    await delay(LOOK_AGAIN_MS);
  }
  const kept = keep().catch(() => {}); // closed

  return {
    id,
    isUp: () => wire !== null,
    knowsOthers: () => cameBackAt === null || now() - cameBackAt > OTHERS_BACK_MS,
    send: outgoing.send,
    onMessage: (listener) => void listeners.add(listener),
    async leads() {
      const asked = wire;
      if (asked === null) return false;
      const taken = leading || (await tryLock(asked, `pg_try_advisory_lock(${LEADER})`).catch(() => false));
      leading = taken && wire === asked;
      return leading;
    },
    async close() {
      await outgoing.sent();
      closing.abort();
      await wire?.close();
      await kept;
    },
  };
}

/** Resolves when the server does not answer any more. */
async function noAnswer(wire: Wire, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await delay(PING_MS, undefined, { signal, ref: false });
      await wire.query('select 1');
    }
  } catch {
    // silent, lost, or closed
  }
}

const LOOK_AT_ALL: GatewayMessage = { events: [], sessions: [], all: true };

const CHANNEL = 'paliadin_gateways';

// Any numbers that nobody else uses in this database: the first of two for each gateway's lock, and the leader's.
export const GATEWAYS = 7_717_004;
const LEADER = 7_717_005;

// PostgreSQL's numbers in locks are of 32 bits.
const MAX_ID = 2 ** 31 - 2;

const PING_MS = 2_000;
// A gateway that is busy for some seconds is not gone. Others take over two seconds later at the latest.
const SILENCE_MS = 10_000;

const PAUSES = { firstMs: 100, maxMs: 2_000 };
// Longer than the longest of these pauses.
const OTHERS_BACK_MS = 4_000;
// Half a minute, after the first few.
const REPORT_EVERY = 15;
const LOOK_AGAIN_MS = 100;
