/** Wraps a store and reports how long each call took. */
import type { Store } from './store.ts';

/** `operation` is, for example, `turns.write`. */
type Tell = (operation: string, ms: number, failed: boolean) => void;
type Method = (...args: unknown[]) => Promise<unknown>;

/** `now` gives milliseconds of a clock that only goes forward. */
export function timedStore(store: Store, now: () => number, tell: Tell): Store {
  return timed(store, '') as Store;

  /** Wraps methods, and groups of methods. Other values stay as they are. */
  function timed(methods: object, group: string): object {
    return Object.fromEntries(
      Object.entries(methods).map(([name, part]: [string, unknown]) => [name, of(part, group + name)]),
    );
  }

  function of(part: unknown, name: string): unknown {
    if (typeof part === 'function') return timing(part as Method, name);
    return typeof part === 'object' && part !== null ? timed(part, `${name}.`) : part;
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
