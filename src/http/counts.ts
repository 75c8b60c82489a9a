/** How often each key was counted in the present stretch of time, for the limits on requests. */
import type { FastifyRateLimitStoreCtor } from '@fastify/rate-limit';

/**
 * A store for the plugin whose own goes by the wall clock: when that is set back by days, whoever had reached
 * their limit would have to wait for days.
 *
 * @param now Milliseconds of a clock that only goes forward.
 */
export function countsBy(now: () => number): FastifyRateLimitStoreCtor {
  return class Counts {
    #counts = new Map<string, number>();
    #endsAt = 0;

    incr(key: string, tell: Tell, windowMs: number): void {
      const ttl = this.#msLeft(windowMs);
      const current = (this.#counts.get(key) ?? 0) + 1;
      this.#counts.set(key, current);
      tell(null, { current, ttl });
    }

    read(key: string, tell: Tell, windowMs: number): void {
      const ttl = this.#msLeft(windowMs);
      tell(null, { current: this.#counts.get(key) ?? 0, ttl });
    }

    child(): Counts {
      return new Counts();
    }

    /** All keys begin anew together, so that nothing is kept of those who don't come back. */
    #msLeft(windowMs: number): number {
      const at = now();
      if (at >= this.#endsAt) {
        this.#counts = new Map();
        this.#endsAt = at + windowMs;
      }
      return this.#endsAt - at;
    }
  };
}

type Tell = (error: Error | null, result?: { current: number; ttl: number }) => void;
