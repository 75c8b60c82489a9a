/** Probes a host periodically and keeps the last results, which the owner sees as its health. */
import type { Probe } from '../../contract/admin/hosts.ts';
import { asPaliadinError, type PaliadinError } from '../../contract/errors.ts';
import type { HostRoom } from '../../contract/host.ts';

export interface HostProbes {
  /** Oldest first. */
  last(): Probe[];
  /** When the last probe found the host well, and with how much room; null where it did not, or there was none. */
  well(): { at: number; room: HostRoom | null } | null;
  /** Calls back after each probe. Returns a function that unsubscribes. */
  onProbe(listener: () => void): () => void;
  close(): void;
}

export interface ProbeOptions {
  /** @throws PaliadinError with what is wrong. */
  health(): Promise<HostRoom | null>;
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
  let well: ReturnType<HostProbes['well']> = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function probe(): Promise<void> {
    const since = now();
    const at = clock();
    let error: PaliadinError | null = null;
    try {
      well = { at, room: await health() };
    } catch (thrown) {
      error = asPaliadinError(thrown, 'internal');
      well = null;
    }
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
    well: () => well,
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
