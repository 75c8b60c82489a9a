/**
 * What is formatted, and what is better shown as it was written. A few kilobytes made for it keep a
 * Markdown parser busy for minutes or overflow its stack, and an agent repeats what it has read.
 */
import type { Block } from './blocks.ts';

/** Quotes and lists in one another beyond all sense, on which the parsers' recursion breaks. */
export function isTooDeep(markdown: string): boolean {
  return DEEP_NESTING.test(markdown);
}

/** Whether the block can be formatted in the blink of an eye, or nearly. */
export function isTame({ text, kind }: Block): boolean {
  if (kind === 'code' || kind === 'formula') return true;
  if (text.length > (kind === 'table' ? LONGEST_TABLE : LONGEST)) return false;
  if (kind !== 'table' && count(text, /\n/g) > MOST_LINES) return false;
  if (count(text, FORMULA_MARK) > MOST_FORMULA_MARKS) return false;
  if (PAIRED.some((sign) => count(text, sign) > MOST_PAIRED)) return false;
  return kind === 'paragraph' || count(text, LAZY_LINE) <= MOST_LAZY_LINES;
}

function count(text: string, pattern: RegExp): number {
  let found = 0;
  for (const _ of text.matchAll(pattern)) found++;
  return found;
}

const DEEP_NESTING = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){30}/m;

// Prose grows costly with its length alone; nobody reads a paragraph or list of this size.
const LONGEST = 50_000;
const MOST_LINES = 3000;
// Some two thousand rows.
const LONGEST_TABLE = 200_000;

// Which sign closes which takes time with the second or third power of their number. A long list has a few hundred.
const PAIRED = [/[*_]/g, /~/g, /`/g, /</g];
const MOST_PAIRED = 2000;

// Each formula is drawn in a millisecond or so.
const FORMULA_MARK = /\$|\\[)\]]/g;
const MOST_FORMULA_MARKS = 1000;

// Lines that belong to a quote or a list item without being marked so: each looks back at all before it.
const LAZY_LINE = /^(?![ \t>|]|[-*+][ \t]|\d{1,9}[.)][ \t])[^\n]/gm;
const MOST_LAZY_LINES = 200;
