/** A picture of a terminal as a terminal is told it: every line at its place, then the cursor. */
import { onlyColours } from '../../../contract/only-colours.ts';
import type { ScreenView } from '../../../contract/screen.ts';

/** The gateway sends nothing but colours. Should it, a picture still moves no window, sets no title, and asks for no answer. */
export function sequenceOf({ lines, rows, cursor }: Pick<ScreenView, 'lines' | 'rows' | 'cursor'>): string {
  const drawn = Array.from(
    { length: rows },
    (_, row) => `\u001b[${row + 1};1H\u001b[0m\u001b[2K${onlyColours(lines[row] ?? '')}`,
  );
  const place = cursor === null ? '\u001b[?25l' : `\u001b[?25h\u001b[${cursor.row + 1};${cursor.column + 1}H`;
  // Without line wrap: a line that is too wide must not push the next one away.
  return `\u001b[?25l\u001b[?7l${drawn.join('')}\u001b[0m${place}`;
}
