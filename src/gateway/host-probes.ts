/** Probes the host periodically and keeps the last results, which the owner sees as its health. */
import type { Probe } from '../contract/admin.ts';
import { asPaliadinError } from '../contract/errors.ts';

export interface HostProbes {
  /** Oldest first. */
  last(): Probe[];
  /** Calls back after each probe. Returns a function that unsubscribes. */
  onProbe(listener: () => void): () => void;
  close(): void;
}

export interface ProbeOptions {
  /** @throws PaliadinError with what is wrong. */
  health(): Promise<void>;
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  everyMs?: number;
  /** The pause after a probe that failed. */
  againMs?: number;
}

export function probeHost(options: ProbeOptions): HostProbes {
  const { health, clock, now, everyMs = EVERY_MS, againMs = AGAIN_MS } = options;
  const probes: Probe[] = [];
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function probe(): Promise<void> {
    const since = now();
    const at = clock();
    const error = await health().then(
      () => null,
      (thrown: unknown) => asPaliadinError(thrown, 'internal'),
    );
    const ms = Math.round((now() - since) * 10) / 10;
    probes.push({ at, ms, error: error && { code: error.code, detail: error.detail } });
    if (probes.length > KEPT) probes.shift();
    for (const tell of listeners) tell();
    // The pause runs from one answer to the next probe, so a slow host never has two probes at a time.
    if (!closed) timer = setTimeout(probe, error === null ? everyMs : againMs).unref();
  }

  void probe();
  return {
    last: () => [...probes],
    onProbe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

// Seldom enough for a host that needs a new connection for each call.
const EVERY_MS = 30_000;
// The owner who looks at a failing host should soon see that it is well again.
const AGAIN_MS = 5_000;
// One hour of a healthy host.
const KEPT = 120;
