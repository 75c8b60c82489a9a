import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for what no event announces: a line in a file, the end of a process that is not our child.
 * Resolves with what `look` found; rejects with `what` when it finds nothing within `ms`.
 */
export async function until<T>(
  what: string,
  look: () => T | null | false | undefined | Promise<T | null | false | undefined>,
  ms = 15_000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false && found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await delay(POLL_MS);
  }
}

const POLL_MS = 20;
