/** CSV that a spreadsheet shows and does not obey. */
import { stringify } from 'csv-stringify/sync';
import { escapeInFile } from '../contract/escape.ts';

export type Cell = string | number | boolean | null;

/** One line, RFC 4180. Texts are in quotation marks; one that would be a formula begins with an apostrophe. */
export function csvLine(cells: readonly Cell[]): string {
  return stringify([cells.map((cell) => (typeof cell === 'string' ? harmless(cell) : cell))], FORMAT);
}

/** What makes a program read the file as UTF-8. */
export const BOM = '\ufeff';

const FORMAT = { record_delimiter: 'windows', quoted_string: true, cast: { boolean: String } } as const;

// Also in the width of East Asian letters, and after white space, which some programs skip: more than the library knows.
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/;

function harmless(text: string): string {
  const shown = escapeInFile(text);
  return FORMULA.test(shown) || shown.startsWith('\t') ? `'${shown}` : shown;
}
