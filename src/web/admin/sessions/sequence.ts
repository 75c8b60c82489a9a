/** A picture of a terminal as a terminal is told it: every line at its place, then the cursor. */
import type { ScreenView } from '../../../contract/screen.ts';

export function sequenceOf({ lines, rows, cursor }: Pick<ScreenView, 'lines' | 'rows' | 'cursor'>): string {
  const drawn = Array.from(
    { length: rows },
    (_, row) => `\u001b[${row + 1};1H\u001b[0m\u001b[2K${onlyColours(lines[row] ?? '')}`,
  );
  const place = cursor === null ? '\u001b[?25l' : `\u001b[?25h\u001b[${cursor.row + 1};${cursor.column + 1}H`;
  // Without line wrap: a line that is too wide must not push the next one away.
  return `\u001b[?25l\u001b[?7l${drawn.join('')}\u001b[0m${place}`;
}

/** The gateway sends nothing else. Should it, a picture still moves no window, sets no title, and asks for no answer. */
function onlyColours(line: string): string {
  return line.replace(COLOUR_OR_CONTROL, (control) => (COLOUR.test(control) ? control : ''));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const COLOUR_OR_CONTROL = /\u001b\[[0-9;:]*m|[\u0000-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const COLOUR = /^\u001b\[[0-9;:]*m$/;
