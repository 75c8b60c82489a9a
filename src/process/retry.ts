/**
 * Does something again until it works. Not p-retry: that gives up at any TypeError, also where a turn's answer waits for its
 * end, and takes random numbers that no test can steer.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, backoff } from '../contract/backoff.ts';

export interface RetryOptions extends Backoff {
  /** Whether another attempt may help. Without it, always. */
  when?(error: unknown): boolean;
  /** At most so many attempts. */
  attempts?: number;
  /** No attempt begins later, in milliseconds of `performance.now()`. */
  deadline?: number;
  /** How often it has failed already: after one failure it begins with a pause. */
  failures?: number;
  /** Ends a pause. The promise then rejects. */
  signal?: AbortSignal;
  /** false: a pause alone does not keep the process. */
  ref?: boolean;
  /** Told of every failure that another attempt follows. */
  onFailure?(error: unknown): void;
}

/** What `work` comes to in the end. Rejects with the last failure, or as an aborted timer does. */
export async function retry<T>(work: () => T | Promise<T>, options: RetryOptions): Promise<T> {
  const { when, attempts, deadline, signal, ref, onFailure } = options;
  let failures = options.failures ?? 0;
  let pause = failures === 0 ? 0 : backoff(failures, options);
  for (let attempt = 1; ; attempt++) {
    if (pause > 0) await delay(pause, undefined, { signal, ref });
    try {
      return await work();
    } catch (error) {
      pause = backoff(++failures, options);
      const isLast = attempt === attempts || (deadline !== undefined && performance.now() + pause > deadline);
      if (isLast || when?.(error) === false) throw error;
      onFailure?.(error);
    }
  }
}
