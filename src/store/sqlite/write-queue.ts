/**
 * Who writes next: one at a time in this process, in the order in which they came. SQLite answers at once, so that a row
 * of writes would be one long step: between any two of them, whatever else this process does has its turn.
 */
import { busyError } from './explain.ts';

export class WriteQueue {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves with how to leave. @throws what `isBusy` knows, where it does not come to that within `ms`. */
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
      reject(busyError());
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
