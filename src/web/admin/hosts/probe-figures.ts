/** What a row of probes says. */
import type { Probe } from '../../../contract/admin/hosts.ts';

export interface ProbeFigures {
  well: number;
  /** Milliseconds, of those that were answered well; null where none was. */
  median: number | null;
  slowest: number | null;
}

export function probeFigures(probes: readonly Probe[]): ProbeFigures {
  const times = probes
    .filter(({ error }) => error === null)
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  return {
    well: times.length,
    median: times[Math.floor((times.length - 1) / 2)] ?? null,
    slowest: times.at(-1) ?? null,
  };
}

/** How high a probe stands, 0 to 1: by the order of its time, since one that waited would flatten all others. */
export function heightOf({ ms, error }: Probe, slowest: number): number {
  if (error !== null) return 1;
  const scale = Math.log10(Math.max(10, slowest) + 1);
  return 0.15 + 0.7 * Math.min(1, Math.log10(Math.max(0, ms) + 1) / scale);
}
