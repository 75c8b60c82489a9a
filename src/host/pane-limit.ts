/**
 * Limits the agents' terminals: past the limit, the least recently used one ends, and starts again with the next
 * question.
 */
import { PaliadinError } from '../contract/errors.ts';

export interface PaneUser {
  /** Name of the session. */
  session: string;
  /**
   * Ends the terminal and keeps the conversation; false if it must not end now, because somebody is attached to it or
   * the agent is busy with work of its own.
   */
  hibernate(): Promise<boolean>;
}

export interface PaneLimit {
  /** The session's terminal already exists. */
  found(user: PaneUser): void;
  /**
   * Runs `work` with a slot for the session's terminal, once there is one. @throws PaliadinError `cancelled` when
   * `signal` aborts first.
   */
  use<T>(user: PaneUser, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** The session's terminal has ended by itself. */
  gone(session: string): void;
  /** How many more terminals may exist. */
  room(): number;
  /** Ends the session's terminal, unless it is in use. Returns whether it is gone. */
  hibernate(session: string): Promise<boolean>;
  /** Ends terminals that have not been used since `before` (milliseconds of `now`). */
  hibernateIdle(before: number): Promise<void>;
}

interface Slot {
  user: PaneUser;
  /** How many operations use it. */
  inUse: number;
  lastUsed: number;
  /** Set while it is being ended: resolves with whether that was possible. */
  ending: Promise<boolean> | null;
}

/** `now` is a monotonic clock. */
export function paneLimit(limit: number, now: () => number): PaneLimit {
  /** Terminals that exist or are about to, by session. */
  const slots = new Map<string, Slot>();
  const waiting: (() => void)[] = [];

  /** Lets one waiting caller check again. */
  function wakeOne(): void {
    waiting.shift()?.();
  }

  async function take(user: PaneUser, signal: AbortSignal): Promise<Slot> {
    for (;;) {
      if (signal.aborted) throw new PaliadinError('cancelled');
      const known = slots.get(user.session);
      if (known?.ending) {
        await known.ending;
        continue;
      }
      if (known !== undefined) {
        known.inUse++;
        return known;
      }
      if (slots.size < limit || (await makeRoom())) {
        // Another caller may have been faster while room was made.
        if (slots.size >= limit || slots.has(user.session)) continue;
        const slot = { user, inUse: 1, lastUsed: now(), ending: null };
        slots.set(user.session, slot);
        return slot;
      }
      await turnToLook(signal);
    }
  }

  async function makeRoom(): Promise<boolean> {
    const idle = [...slots.values()].filter(({ inUse }) => inUse === 0).sort((a, b) => a.lastUsed - b.lastUsed);
    for (const slot of idle) if (await hibernate(slot)) return true;
    return false;
  }

  function hibernate(slot: Slot): Promise<boolean> {
    if (slot.inUse > 0) return Promise.resolve(false);
    slot.ending ??= slot.user
      .hibernate()
      .catch(() => false)
      .then((gone) => {
        slot.ending = null;
        if (gone) leave(slot.user.session);
        return gone;
      });
    return slot.ending;
  }

  function leave(session: string): void {
    if (slots.delete(session)) wakeOne();
  }

  function turnToLook(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Changes without an event, such as a person who detaches, are noticed after this time.
    const timer = setTimeout(resolve, LOOK_AGAIN_MS);
    waiting.push(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve(); // aborted while room was made
    return promise.finally(() => {
      clearTimeout(timer);
      const index = waiting.indexOf(resolve);
      if (index >= 0) waiting.splice(index, 1);
    });
  }

  return {
    found(user) {
      slots.set(user.session, { user, inUse: 0, lastUsed: now(), ending: null });
    },
    async use(user, signal, work) {
      const slot = await take(user, signal);
      try {
        return await work();
      } finally {
        slot.inUse--;
        slot.lastUsed = now();
        wakeOne();
      }
    },
    gone(session) {
      if (slots.get(session)?.inUse === 0) leave(session);
    },
    room: () => Math.max(0, limit - slots.size),
    async hibernate(session) {
      const slot = slots.get(session);
      return slot === undefined || hibernate(slot);
    },
    async hibernateIdle(before) {
      for (const slot of [...slots.values()]) if (slot.inUse === 0 && slot.lastUsed < before) await hibernate(slot);
    },
  };
}

const LOOK_AGAIN_MS = 1000;
