/** The same store; how long each call took is told. */
import type { Store } from './store.ts';

/** `now` gives milliseconds of a clock that only goes forward. `operation` is such as `turns.write`. */
export function timedStore(
  store: Store,
  now: () => number,
  tell: (operation: string, ms: number, failed: boolean) => void,
): Store {
  const { turns, events, sessions, users, signIn, ...own } = store;
  const timed = <T extends object>(group: string, methods: T): T =>
    Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, timing(`${group}${name}`, method)])) as T;
  const timing =
    (operation: string, method: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]) => {
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
  return {
    ...timed('', own),
    turns: timed('turns.', turns),
    events: timed('events.', events),
    sessions: timed('sessions.', sessions),
    users: timed('users.', users),
    signIn: timed('signIn.', signIn),
  };
}
