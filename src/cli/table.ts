import stringWidth from 'string-width';
import { escapeForTerminal } from '../contract/escape.ts';

/**
 * Rows in aligned columns for a terminal, one line each. Control characters and text direction marks are made visible.
 */
export function table(head: string[], rows: string[][]): string[] {
  const cells = [head, ...rows].map((row) => row.map(escapeForTerminal));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))));
  return cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
      .join('  ')
      .trimEnd(),
  );
}
