/**
 * Decides who writes next: one writer at a time in this process, first come, first served. SQLite calls are
 * synchronous, so many writes in a row would block the process; between any two of them other work can run.
 */
import { QueuedTooLong } from './explain.ts';

export class WriteQueue {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /**
   * Resolves with a function that leaves the queue.
   * @throws an error that `isBusy` recognises, after `ms` of waiting.
   */
  enter(ms: number): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    if (!this.#taken) {
      this.#taken = true;
      resolve(this.#leave());
      return promise;
    }
    const begin = () => {
      clearTimeout(timer);
      resolve(this.#leave());
    };
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(begin), 1);
      reject(new QueuedTooLong(ms));
    }, ms);
    this.#waiting.push(begin);
    return promise;
  }

  #leave(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      setImmediate(() => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#taken = false;
        else next();
      });
    };
  }
}
