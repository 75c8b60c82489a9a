import { visible } from '../process/terminal.ts';

/** Rows in aligned columns, for a terminal, a line each. What it would obey, or what turns text around, is made visible. */
export function table(head: string[], rows: string[][]): string[] {
  const cells = [head, ...rows].map((row) => row.map(visible));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
