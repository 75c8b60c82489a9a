/** Milliseconds before the next attempt: doubling from 50, at most 10 s, spread so that many don't knock at once. */
export function backoff(attempt: number, random: number): number {
  return Math.min(50 * 2 ** attempt, MAX_MS) * (0.5 + random / 2);
}

// A laptop that wakes up should be noticed before its owner has put down the coffee.
const MAX_MS = 10_000;
