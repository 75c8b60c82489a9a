/** What counts as a formula. A dollar is a price far more often, and a price must never turn into italics. */

/** A formula as it was written, with its delimiters. */
export interface WrittenFormula {
  tex: string;
  /** On a line of its own, as `$$…$$` and `\[…\]` are. */
  display: boolean;
}

/** Takes the delimiters away: `$x$`, `$$x$$`, `\(x\)`, `\[x\]`. */
export function readFormula(source: string): WrittenFormula {
  const size = source.startsWith('$') && !source.startsWith('$$') ? 1 : 2;
  const display = source.startsWith('$$') || source.startsWith('\\[');
  return { tex: source.slice(size, -size).trim(), display };
}

/** Whether what stands between two delimiters is surely a formula, and neither prices nor prose. */
export function isFormula(tex: string): boolean {
  const inner = tex.trim();
  if (inner === '' || inner.length > LONGEST_FORMULA || BLANK_LINE.test(inner)) return false;
  if (COMMAND.test(inner)) return true;
  if (PROSE.test(inner) || UNFINISHED.test(inner)) return false;
  return SIGN.test(inner) || NUMBER.test(inner) || LETTERS.test(inner);
}

/** Between single dollars, spaces and neighbours count too: `$5 and $10`, `US$5`, `$HOME/$USER`. */
export function isBetweenDollars(tex: string, before: string, after: string): boolean {
  return !(/^\s|\s$/.test(tex) || WORD.test(before) || WORD.test(after)) && isFormula(tex);
}

/** KaTeX needs some milliseconds for this much. */
export const LONGEST_FORMULA = 1000;

const BLANK_LINE = /\n[ \t]*\n/;
const COMMAND = /\\(?:[a-z]|[,;:!{}|\\])/i;
/** Two words in a row. */
const PROSE = /\p{L}{2,}[,.;:]?\s+\p{L}{2,}/u;
/** No formula ends so, but a price before the next one does: `$5+$`, `$5/$`. */
const UNFINISHED = /[-+*/,.:;(=]$/;
const SIGN = /[\^_=<>|≤≥≠≈∈→]/;
const NUMBER = /^[-+]?\d+(?:[.,]\d+)?$/;
/** `x`, `2n`, `f(x)`, `(a, b)`, `n - 1`: no run of letters that is a word, and no price at the beginning. */
const LETTERS = /^(?!\d[\d.,]*(?:\s|[-/])|[^\p{L}]*$)(?!.*\p{L}{3})[\d\p{L}\s()[\]'!,./*+-]{1,60}$/u;
const WORD = /[A-Za-z0-9$\\]/;
