/** From buckets to what is drawn: columns of numbers, their names, and what they say in a sentence. */
import type { Stats, StatsBucket } from '../../../../contract/admin/stats.ts';

/** One of the colours that `admin.css` has for plots. */
export type Colour = 'accent' | 'bad' | 'quiet' | 'one' | 'two' | 'three' | 'four' | 'others' | 'line-two';

export interface Series {
  label: string;
  colour: Colour;
  /** One for each bucket; null where there is nothing to measure. */
  values: (number | null)[];
}

export interface Named {
  name: string;
  count: number;
}

/** The four most frequent names, and all others together where there are some. */
export function namedSeries(
  stats: Pick<Stats, 'buckets' | 'codes' | 'tools' | 'tags'>,
  kind: 'codes' | 'tools' | 'tags',
  others: string,
): Series[] {
  const top = stats[kind].slice(0, COLOURS.length).map(({ name }) => name as string);
  const all = stats.buckets.map((bucket) => new Map(bucket[kind].map(({ name, count }) => [name as string, count])));
  const series: Series[] = top.map((label, index) => ({
    label,
    colour: COLOURS[index] ?? 'others',
    values: all.map((counts) => counts.get(label) ?? 0),
  }));
  if (stats[kind].length > top.length) {
    const rest = (counts: Map<string, number>) =>
      [...counts].reduce((sum, [name, count]) => (top.includes(name) ? sum : sum + count), 0);
    series.push({ label: others, colour: 'others', values: all.map(rest) });
  }
  return series;
}

const COLOURS: readonly Colour[] = ['one', 'two', 'three', 'four'];

/** Each series on top of those before it. */
export function stacked(series: readonly Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)));
  }
  return sums;
}

/** The bucket with the largest (or smallest) value; null where there is none. */
export function extreme(
  buckets: readonly StatsBucket[],
  measure: (bucket: StatsBucket) => number | null,
  least = false,
): { bucket: StatsBucket; value: number } | null {
  let found: { bucket: StatsBucket; value: number } | null = null;
  for (const bucket of buckets) {
    const value = measure(bucket);
    if (value === null) continue;
    if (found === null || (least ? value < found.value : value > found.value)) found = { bucket, value };
  }
  return found;
}

/** How long a bucket is; the last one is not over yet. */
export function bucketMs({ buckets }: Pick<Stats, 'buckets'>): number {
  const [first, second] = buckets;
  if (first === undefined) return 0;
  return second === undefined ? first.to - first.from : second.from - first.from;
}

/** Whether so few buckets have anything that a plot over time would be as good as empty. */
export function isLittle({ buckets }: { buckets: readonly Pick<StatsBucket, 'turns'>[] }): boolean {
  return buckets.filter(({ turns }) => turns > 0).length < FEWEST;
}

// Two points make a line that says nothing of how it goes.
const FEWEST = 3;
