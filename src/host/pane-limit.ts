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

interface Place {
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
  const places = new Map<string, Place>();
  const waiting: (() => void)[] = [];

  /** Lets one waiting caller check again. */
  function wakeOne(): void {
    waiting.shift()?.();
  }

  async function take(user: PaneUser, signal: AbortSignal): Promise<Place> {
    for (;;) {
      if (signal.aborted) throw new PaliadinError('cancelled');
      const known = places.get(user.session);
      if (known?.ending) {
        await known.ending;
        continue;
      }
      if (known !== undefined) {
        known.inUse++;
        return known;
      }
      if (places.size < limit || (await makeRoom())) {
        // Another caller may have been faster while room was made.
        if (places.size >= limit || places.has(user.session)) continue;
        const place = { user, inUse: 1, lastUsed: now(), ending: null };
        places.set(user.session, place);
        return place;
      }
      await turnToLook(signal);
    }
  }

  async function makeRoom(): Promise<boolean> {
    const idle = [...places.values()].filter(({ inUse }) => inUse === 0).sort((a, b) => a.lastUsed - b.lastUsed);
    for (const place of idle) if (await hibernate(place)) return true;
    return false;
  }

  function hibernate(place: Place): Promise<boolean> {
    if (place.inUse > 0) return Promise.resolve(false);
    place.ending ??= place.user
      .hibernate()
      .catch(() => false)
      .then((gone) => {
        place.ending = null;
        if (gone) leave(place.user.session);
        return gone;
      });
    return place.ending;
  }

  function leave(session: string): void {
    if (places.delete(session)) wakeOne();
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
      places.set(user.session, { user, inUse: 0, lastUsed: now(), ending: null });
    },
    async use(user, signal, work) {
      const place = await take(user, signal);
      try {
        return await work();
      } finally {
        place.inUse--;
        place.lastUsed = now();
        wakeOne();
      }
    },
    gone(session) {
      if (places.get(session)?.inUse === 0) leave(session);
    },
    room: () => Math.max(0, limit - places.size),
    async hibernate(session) {
      const place = places.get(session);
      return place === undefined || hibernate(place);
    },
    async hibernateIdle(before) {
      for (const place of [...places.values()])
        if (place.inUse === 0 && place.lastUsed < before) await hibernate(place);
    },
  };
}

const LOOK_AGAIN_MS = 1000;
