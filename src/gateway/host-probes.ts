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
  /** After one that failed. */
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
    // From one answer to the next question: a host that is slow is not asked again meanwhile.
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

// Seldom enough for a host to which each call is a connection of its own.
const EVERY_MS = 30_000;
// Whoever looks at what is wrong wants to see soon that it is well again.
const AGAIN_MS = 5_000;
// An hour, of a host that is well.
const KEPT = 120;
