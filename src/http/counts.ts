/** The counters of `@fastify/rate-limit`. */
import type { FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import { type Counted, WindowCounts } from '../services/window-counts.ts';

/**
 * A store for the plugin, whose own store uses the wall clock: if that is set back by days, users who had reached
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
