/** CSV that a spreadsheet shows and does not obey. */

/** One line, RFC 4180. */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map((cell) => (typeof cell === 'string' ? quoted(cell) : String(cell ?? ''))).join(',')}\r\n`;
}

/** What makes a program read the file as UTF-8. */
export const BOM = '\ufeff';

/**
 * As `\u001b` where it would be obeyed by a terminal, or would turn text around: whoever looks at the file with `cat` sees
 * what is in it.
 */
export function visible(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// All control characters but tab and newline; what reorders text; what ends lines in some programs alone.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

// Also in the width of East Asian letters, and after white space, which some programs skip.
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/;

/** Always in quotation marks; with an apostrophe before what would be a formula. */
function quoted(text: string): string {
  const shown = visible(text);
  const harmless = FORMULA.test(shown) || shown.startsWith('\t') ? `'${shown}` : shown;
  return `"${harmless.replaceAll('"', '""')}"`;
}
