/** How often each key was counted in the present stretch of time, for limits. */
import type { FastifyRateLimitStoreCtor } from '@fastify/rate-limit';

export interface Counted {
  current: number;
  /** Milliseconds until all begin anew. */
  ttl: number;
}

/** By a clock that only goes forward, in milliseconds. Bounded, however many keys there are. */
export class WindowCounts {
  #now: () => number;
  #counts = new Map<string, number>();
  #endsAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(key: string, windowMs: number): Counted {
    const ttl = this.#msLeft(windowMs);
    // Who comes when there are too many to tell apart is counted together with all others who do.
    const counted = this.#counts.has(key) || this.#counts.size < MAX_KEYS ? key : OTHERS;
    const current = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, current);
    return { current, ttl };
  }

  read(key: string, windowMs: number): Counted {
    const ttl = this.#msLeft(windowMs);
    return { current: this.#counts.get(key) ?? 0, ttl };
  }

  /** All keys begin anew together, so that nothing is kept of those who don't come back. */
  #msLeft(windowMs: number): number {
    const at = this.#now();
    if (at >= this.#endsAt) {
      this.#counts = new Map();
      this.#endsAt = at + windowMs;
    }
    return this.#endsAt - at;
  }
}

// Far more than a gateway has users; some 10 MB where somebody has that many addresses.
export const MAX_KEYS = 100_000;
const OTHERS = '';

/**
 * A store for the plugin whose own goes by the wall clock: when that is set back by days, whoever had reached
 * their limit would have to wait for days.
 */
export function countsBy(now: () => number): FastifyRateLimitStoreCtor {
  return class Counts {
    #counts = new WindowCounts(now);

    incr(key: string, callback: Callback, windowMs: number): void {
      callback(null, this.#counts.add(key, windowMs));
    }

    read(key: string, callback: Callback, windowMs: number): void {
      callback(null, this.#counts.read(key, windowMs));
    }

    child(): Counts {
      return new Counts();
    }
  };
}

type Callback = (error: Error | null, result?: Counted) => void;
