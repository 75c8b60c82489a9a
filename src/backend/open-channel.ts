/** One channel to a host, kept open: opened when first needed, and reopened for as long as it takes after it breaks. */
import pTimeout from 'p-timeout';
import { errorTable, PaliadinError } from '../contract/errors.ts';
import type { HostIdentity } from '../contract/host.ts';
import type { Presence } from '../contract/turn.ts';
import { retry } from '../process/retry.ts';
import { type KeepAlive, watchAlive } from '../transport/keep-alive.ts';
import type { HostChannel } from '../transport/reach-host.ts';

export interface OpenChannel {
  /** The open channel, or a new one; concurrent callers share one attempt to open it. */
  get(): Promise<HostChannel>;
  /**
   * The channel, once it is open again.
   * @throws PaliadinError where trying again can't help; `mriver_unreachable` after `patienceMs`.
   */
  again(patienceMs: number): Promise<HostChannel>;
  identity(): HostIdentity | null;
  presence(): Presence;
  /**
   * Calls back when the host becomes silent or away, at once where it already is; and when it is back. Returns a
   * function that unsubscribes.
   */
  onPresence(listener: (presence: Presence) => void): () => void;
  close(): Promise<void>;
}

export interface OpenChannelOptions {
  open(): Promise<HostChannel>;
  keepAlive: KeepAlive;
  /** Opening that takes longer has failed, whatever it waits for. Milliseconds. */
  openMs?: number;
  /** 0 ≤ n < 1. */
  random(): number;
}

export function openChannel({ open, keepAlive, openMs = OPEN_MS, random }: OpenChannelOptions): OpenChannel {
  const listeners = new Set<(presence: Presence) => void>();
  const closing = new AbortController();
  let opened: HostChannel | null = null;
  let current: Promise<HostChannel> | null = null;
  let reopening: Promise<HostChannel> | null = null;
  let identity: HostIdentity | null = null;
  let presence: Presence = 'here';

  function tell(now: Presence): void {
    if (presence === now) return;
    presence = now;
    for (const listener of listeners) listener(now);
  }

  function get(): Promise<HostChannel> {
    if (current === null) {
      current = reopen();
      current.catch(failed);
    }
    return current;
  }

  async function reopen(): Promise<HostChannel> {
    closing.signal.throwIfAborted();
    const channel = await inTime(open());
    opened = channel;
    identity = channel.identity;
    channel.closed.then(lost);
    if (channel.connected) watchAlive(channel, keepAlive, (silent) => tell(silent ? 'silent' : 'here'));
    tell('here');
    return channel;
  }

  /** On closing nobody waits any longer. A channel that opens later is closed. */
  async function inTime(opening: Promise<HostChannel>): Promise<HostChannel> {
    const message = new PaliadinError('mriver_unreachable', `the host does not answer within ${openMs / 1000} s`);
    try {
      return await pTimeout(opening, { milliseconds: openMs, message, signal: closing.signal });
    } catch (error) {
      opening.then((late) => late.close()).catch(() => {});
      throw error;
    }
  }

  function failed(error: unknown): void {
    current = null;
    if (closing.signal.aborted || !mayPass(error)) return;
    tell('away');
    // No caller may be waiting now; but an answer may be waiting at the host.
    keepTrying({ atOnce: false }).catch(() => {});
  }

  function lost(): void {
    current = null;
    opened = null;
    if (closing.signal.aborted) return;
    tell('away');
    keepTrying({ atOnce: true }).catch(() => {});
  }

  function keepTrying({ atOnce }: { atOnce: boolean }): Promise<HostChannel> {
    const options = { ...PAUSES, random, failures: atOnce ? 0 : 1, signal: closing.signal, ref: false };
    reopening ??= retry(get, { ...options, when: mayPass }).finally(() => {
      reopening = null;
    });
    return reopening;
  }

  async function again(): Promise<HostChannel> {
    try {
      return await get();
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    return keepTrying({ atOnce: true });
  }

  return {
    get,
    again: (patienceMs) =>
      pTimeout(again(), {
        milliseconds: patienceMs,
        message: new PaliadinError('mriver_unreachable', STAYED_AWAY),
      }),
    identity: () => identity,
    presence: () => presence,
    onPresence(listener) {
      listeners.add(listener);
      if (presence !== 'here') listener(presence);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      opened?.close();
    },
  };
}

/**
 * Whether retrying may help. A host that starts up, goes down, or has its shim replaced fails in many ways; a failure
 * that does not pass needs a person.
 */
function mayPass(error: unknown): boolean {
  return error instanceof PaliadinError && errorTable[error.code].retryable;
}

/** The connection broke on the way, or there is none: the request may have arrived. */
export function isLost(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'mriver_unreachable';
}

// Each step of opening has a shorter deadline; this one is for what those overlook. It is longer than a daemon takes to
// be replaced on a busy machine.
const OPEN_MS = 90_000;

const STAYED_AWAY = 'the host stayed away';

// The gateway should notice that a laptop is awake within seconds of its owner opening it.
const PAUSES = { firstMs: 50, maxMs: 10_000 };
