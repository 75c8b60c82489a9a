/** Asks again when something changed: never twice at once, never faster than `paceMs`, and not while nobody looks. */

export interface RefresherDeps {
  /** Never rejects. */
  load(): Promise<void>;
  paceMs: number;
  isHidden(): boolean;
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export interface Refresher {
  /** At once, whatever else. */
  now(): void;
  /** Something changed. */
  touch(): void;
  /** Somebody looks again. */
  seen(): void;
  stop(): void;
}

export function createRefresher({ load, paceMs, isHidden, now, after }: RefresherDeps): Refresher {
  let busy = false;
  let wanted = false;
  let stopped = false;
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  const run = () => {
    cancel?.();
    cancel = null;
    if (stopped) return;
    if (busy) {
      wanted = true;
      return;
    }
    busy = true;
    wanted = false;
    last = now();
    void load().then(() => {
      busy = false;
      if (wanted) touch();
    });
  };

  const touch = () => {
    wanted = true;
    if (stopped || busy || cancel !== null || isHidden()) return;
    cancel = after(Math.max(0, last + paceMs - now()), run);
  };

  return {
    now: run,
    touch,
    seen: () => {
      if (wanted) touch();
    },
    stop: () => {
      stopped = true;
      cancel?.();
    },
  };
}
