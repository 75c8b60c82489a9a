/** What the gateway says at a path, kept up to date while it is shown. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { isShutOut, isSignedOut } from '../../../client/request.ts';
import { useAdmin } from '../page.ts';
import type { Change } from './live.ts';
import { createRefresher, type Refresher } from './refresher.ts';

export interface Resource<T> {
  /** The newest there is; while another path loads, still that of the one before. */
  data: T | null;
  /** Why there is nothing newer. */
  error: unknown;
  /** `data` belongs to a path that was asked for before. */
  stale: boolean;
  reload(): void;
}

export interface ResourceOptions {
  /** Whether a change concerns it. */
  on?: (change: NonNullable<Change>) => boolean;
  /** At most one request in this time, however much changes. */
  paceMs?: number;
}

export function useResource<T>(path: string, { on = never, paceMs = 1000 }: ResourceOptions = {}): Resource<T> {
  const { call, live, locale, onTurnedAway } = useAdmin();
  const [state, setState] = useState<{ path: string | null; data: T | null; error: unknown }>(NOTHING);
  const refresher = useRef<Refresher | null>(null);
  const concerns = useRef(on);
  concerns.current = on;

  // The server writes some of it in the reader's language.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const abort = new AbortController();
    const own = createRefresher({
      async load() {
        try {
          const { json } = await call('GET', path, { signal: abort.signal });
          if (!abort.signal.aborted) setState({ path, data: json as T, error: null });
        } catch (error) {
          if (abort.signal.aborted) return;
          if (isSignedOut(error) || isShutOut(error)) onTurnedAway();
          // What is shown already stays: an old figure that says so is better than none.
          setState((before) => (before.path === path ? { ...before, error } : { path, data: null, error }));
        }
      },
      paceMs,
      isHidden: () => document.visibilityState === 'hidden',
      now: () => performance.now(),
      after: (ms, run) => {
        const timer = window.setTimeout(run, ms);
        return () => window.clearTimeout(timer);
      },
    });
    refresher.current = own;
    own.now();
    const unsubscribe = live.subscribe((change) => {
      if (change === null || concerns.current(change)) own.touch();
    });
    document.addEventListener('visibilitychange', own.seen);
    return () => {
      abort.abort();
      own.stop();
      unsubscribe();
      document.removeEventListener('visibilitychange', own.seen);
    };
  }, [call, live, path, paceMs, locale]);

  const reload = useCallback(() => refresher.current?.now(), []);
  return { data: state.data, error: state.error, stale: state.path !== path, reload };
}

const NOTHING = { path: null, data: null, error: null };

function never(): boolean {
  return false;
}
