/** How long to wait between attempts. */
export interface Backoff {
  /** Milliseconds after the first failure; the pause doubles with each further failure. */
  firstMs: number;
  /** The longest pause. Without it, all are as long as the first. */
  maxMs?: number;
  /** 0 ≤ n < 1. Spreads each pause between its half and the whole, so that many don't come back at once. */
  random?(): number;
}

/** Whole milliseconds to wait after `failures` failures in a row, at least one. */
export function backoff(failures: number, { firstMs, maxMs = firstMs, random }: Backoff): number {
  const ms = Math.min(firstMs * 2 ** (failures - 1), maxMs);
  // A time that is stored has no fraction: PostgreSQL refuses one.
  return Math.round(random === undefined ? ms : ms * (0.5 + random() / 2));
}
