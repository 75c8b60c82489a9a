/** Prints the results of a benchmark: a table for people, or JSON with `--json`. */

export interface Finding {
  /** What was measured, and in what unit. */
  what: string;
  p50: number;
  p95: number;
  /** The promised limit, if there is one. */
  limit?: string;
}

export function distribution(what: string, samples: number[], limit?: string): Finding {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { what, p50: at(0.5), p95: at(0.95), ...(limit !== undefined && { limit }) };
}

/** One value, not a distribution. */
export function figure(what: string, value: number, limit?: string): Finding {
  return { what, p50: round(value), p95: round(value), ...(limit !== undefined && { limit }) };
}

/** `last` is the title of the last column. */
export function report(title: string, findings: Finding[], last = 'promised'): void {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ title, findings })}\n`);
    return;
  }
  const rows = findings.map(({ what, p50, p95, limit = '' }) => [what, String(p50), String(p95), limit]);
  print(title, ['', 'p50', 'p95', last], rows);
}

/** Several measurements side by side: a name and its figures in each row. */
export function compare(title: string, head: string[], rows: (string | number)[][]): void {
  const told = rows.map((row) => row.map((cell) => String(typeof cell === 'number' ? round(cell) : cell)));
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ title, head, rows: told })}\n`);
  else print(title, ['', ...head], told);
}

function print(title: string, head: string[], rows: string[][]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))),
  );
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line.join('  ')}`).join('\n')}\n\n`);
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
