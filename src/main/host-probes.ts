/** Asks the host now and then how it is, and remembers the last answers: what the owner sees as its health. */
import type { Probe } from '../contract/admin.ts';
import { asPaliadinError } from '../contract/errors.ts';

export interface HostProbes {
  /** Oldest first. */
  last(): Probe[];
  /** Calls back after each. Returns how to stop that. */
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
}

export function probeHost({ health, clock, now, everyMs = EVERY_MS }: ProbeOptions): HostProbes {
  const probes: Probe[] = [];
  const listeners = new Set<() => void>();
  let asking = false;

  async function probe(): Promise<void> {
    if (asking) return; // a host that is slow to answer is not asked again meanwhile
    asking = true;
    const since = now();
    const at = clock();
    const error = await health().then(
      () => null,
      (thrown: unknown) => asPaliadinError(thrown, 'internal'),
    );
    asking = false;
    const ms = Math.round((now() - since) * 10) / 10;
    probes.push({ at, ms, error: error && { code: error.code, detail: error.detail } });
    if (probes.length > KEPT) probes.shift();
    for (const tell of listeners) tell();
  }

  const timer = setInterval(() => void probe(), everyMs).unref();
  void probe();
  return {
    last: () => [...probes],
    onProbe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}

// Seldom enough for a host to which each call is a connection of its own.
const EVERY_MS = 30_000;
// An hour.
const KEPT = 120;
