/** The same store; how long each call took is told. */
import type { Store } from './store.ts';

/** `operation` is such as `turns.write`. */
type Tell = (operation: string, ms: number, failed: boolean) => void;
type Method = (...args: unknown[]) => Promise<unknown>;

/** `now` gives milliseconds of a clock that only goes forward. */
export function timedStore(store: Store, now: () => number, tell: Tell): Store {
  return timed(store, '') as Store;

  /** Methods, and groups of them. */
  function timed(methods: object, group: string): object {
    return Object.fromEntries(
      Object.entries(methods).map(([name, part]: [string, object | Method]) => [
        name,
        typeof part === 'function' ? timing(part as Method, group + name) : timed(part, `${group}${name}.`),
      ]),
    );
  }

  function timing(method: Method, operation: string): Method {
    return async (...args) => {
      const from = now();
      let failed = true;
      try {
        const result = await method(...args);
        failed = false;
        return result;
      } finally {
        tell(operation, now() - from, failed);
      }
    };
  }
}
