/**
 * Repeats an operation until it succeeds. Not p-retry: that gives up at any TypeError, even while a turn's answer waits
 * to be stored, and uses random numbers that no test can control.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, backoff } from '../contract/backoff.ts';

export interface RetryOptions extends Backoff {
  /** Whether another attempt may help. By default, always. */
  when?(error: unknown): boolean;
  /** The maximum number of attempts. */
  attempts?: number;
  /** No attempt begins later, in milliseconds of `performance.now()`. */
  deadline?: number;
  /** How many times it has failed already: after one failure it begins with a pause. */
  failures?: number;
  /** Ends a pause. The promise then rejects. */
  signal?: AbortSignal;
  /** false: a pause alone does not keep the process alive. */
  ref?: boolean;
  /** Called for every failure that is followed by another attempt. */
  onFailure?(error: unknown): void;
}

/** The result of `work` once it succeeds. Rejects with the last failure, or with an abort error. */
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
