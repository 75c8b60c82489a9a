/** Counts each key in the current time window, for limits. */
import { PaliadinError } from '../contract/errors.ts';
import type { RequestCounts } from '../store/request-counts.ts';

export interface Counted {
  current: number;
  /** Milliseconds until all counts start anew. */
  ttl: number;
}

/** Uses a monotonic clock, in milliseconds. Memory is bounded, however many keys there are. */
export class WindowCounts {
  #now: () => number;
  #counts = new Map<string, number>();
  #endsAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(key: string, windowMs: number): Counted {
    const ttl = this.#msLeft(windowMs);
    // New keys beyond the limit share one count.
    const counted = this.#counts.has(key) || this.#counts.size < MAX_KEYS ? key : OTHERS;
    const current = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, current);
    return { current, ttl };
  }

  read(key: string, windowMs: number): Counted {
    const ttl = this.#msLeft(windowMs);
    return { current: this.#counts.get(key) ?? 0, ttl };
  }

  /** All keys start anew together, so that nothing is kept of keys that do not come back. */
  #msLeft(windowMs: number): number {
    const at = this.#now();
    if (at >= this.#endsAt) {
      this.#counts = new Map();
      this.#endsAt = at + windowMs;
    }
    return this.#endsAt - at;
  }
}

/** For a gateway that shares its users with no other. */
export function countsInMemory(now: () => number): Pick<RequestCounts, 'add'> {
  const counts = new WindowCounts(now);
  return { add: async (userId, windowMs) => counts.add(userId, windowMs) };
}

// Far more than a gateway has users; some 10 MB if that many addresses come.
export const MAX_KEYS = 100_000;
const OTHERS = '';

/** `max` is the limit for a minute, of which `ttlMs` are left. */
export function tooMany(max: number, ttlMs: number): PaliadinError {
  const seconds = Math.max(1, Math.ceil(ttlMs / 1000));
  return new PaliadinError('rate_limited', `at most ${max} a minute; try again in ${seconds} s`, {
    againInMs: seconds * 1000,
  });
}
