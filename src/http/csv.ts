/** CSV whose cells a spreadsheet shows and never evaluates. */
import { stringify } from 'csv-stringify/sync';
import { escapeInFile } from '../contract/escape.ts';

export type Cell = string | number | boolean | null;

/** One line, RFC 4180. Texts are in quotation marks; a text that would be a formula gets an apostrophe in front. */
export function csvLine(cells: readonly Cell[]): string {
  return stringify([cells.map((cell) => (typeof cell === 'string' ? harmless(cell) : cell))], FORMAT);
}

/** Makes programs read the file as UTF-8. */
export const BOM = '\ufeff';

const FORMAT = { record_delimiter: 'windows', quoted_string: true, cast: { boolean: String } } as const;

// Also full-width forms, and after white space, which some programs skip: the library does not cover these.
const FORMULA = /^\s*[=+\-@|%＝＋－＠]/;

function harmless(text: string): string {
  const shown = escapeInFile(text);
  return FORMULA.test(shown) || shown.startsWith('\t') ? `'${shown}` : shown;
}
