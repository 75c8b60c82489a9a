/** Reproducible randomness: the same seed gives the same values. */
export interface Dice {
  /** 0 ≤ n < 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  of<T>(list: readonly T[]): T;
  /** By weight. */
  weighted<T>(list: readonly (readonly [T, number])[]): T;
  /** Around `middle`, with a long tail above it. */
  around(middle: number, spread: number): number;
  id(): string;
}

/** mulberry32: small, and random enough for sample data. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join('');
  return {
    next,
    between,
    chance: (share) => next() < share,
    of: <T>(list: readonly T[]) => list[between(0, list.length - 1)] as T,
    weighted(list) {
      let left = next() * list.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of list) {
        left -= weight;
        if (left < 0) return item;
      }
      return list.at(-1)?.[0] as (typeof list)[number][0];
    },
    around: (middle, spread) => Math.round(middle * Math.exp(spread * (next() + next() + next() - 1.5))),
    id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}
