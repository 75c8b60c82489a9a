/** Durations counted in buckets, each a tenth wider than the one before: small, and easy to add up. */

/** The count of each bucket, by its number; a missing bucket counts 0. */
export type Histogram = number[];

/** The bucket of a duration in milliseconds. */
export function bucketOf(ms: number): number {
  return Math.floor(Math.log(Math.max(0, ms) + 1) / STEP);
}

/**
 * The duration that `share` of the counted ones did not exceed: the middle of its bucket, less than 5 % off. Null where
 * nothing was counted.
 */
export function percentile(histogram: Histogram, share: number): number | null {
  let left = Math.ceil(share * histogram.reduce((sum, count) => sum + count, 0));
  for (const [bucket, count = 0] of histogram.entries()) {
    left -= count;
    if (left <= 0 && count > 0) return middleOf(bucket);
  }
  return null;
}

/** The stored form: each bucket that is not empty, and its count. */
export function packed(histogram: Histogram): number[] {
  return histogram.flatMap((count, bucket) => (count ? [bucket, count] : []));
}

/** Adds a histogram in its stored form. */
export function addPacked(to: Histogram, pairs: readonly number[]): void {
  for (let at = 0; at + 1 < pairs.length; at += 2) count(to, pairs[at] as number, pairs[at + 1]);
}

export function count(to: Histogram, bucket: number, times = 1): void {
  while (to.length <= bucket) to.push(0);
  to[bucket] = (to[bucket] ?? 0) + times;
}

// In a plot nobody can see a difference of 5 %, and 24 hours are 200 buckets.
const STEP = Math.log(1.1);

function middleOf(bucket: number): number {
  return Math.round(Math.exp((bucket + 0.5) * STEP) - 1);
}
