/**
 * Splits Markdown at its outermost blocks, so that while an answer grows only its end is rendered anew.
 */
import { Lexer, Marked } from 'marked';
import { isFormula } from './formula.ts';

export interface Block {
  /** What to render: the block's own text, with the definitions it may refer to. */
  text: string;
  /** The lexer's name for it: `paragraph`, `code`, `table`, … */
  kind: string;
}

/** A splitter for one answer: it remembers the last text, and reads a longer one only from near its end. */
export function createSplitter(): (markdown: string) => readonly Block[] {
  let last: Split = { text: '', pieces: [] };
  return (markdown) => {
    last = split(markdown.replace(LINE_ENDS, '\n'), last);
    return toBlocks(last);
  };
}

interface Piece extends Block {
  /** Where the piece begins in the whole text. */
  at: number;
  /** A blank line comes before it, or nothing. */
  apart: boolean;
}

interface Split {
  text: string;
  pieces: readonly Piece[];
}

function split(text: string, last: Split): Split {
  if (text === last.text) return last;
  const pieces = text.startsWith(last.text) ? settled(last.pieces) : [];
  let at = pieces.length === 0 ? 0 : (last.pieces[pieces.length]?.at ?? 0);
  // Blocks only: what is within a line is the renderer's business.
  for (const { type, raw } of new Lexer(withFormulas).blockTokens(text.slice(at))) {
    if (type !== 'space')
      pieces.push({ text: raw, kind: type, at, apart: at === 0 || text.startsWith('\n\n', at - 2) });
    at += raw.length;
  }
  return { text, pieces };
}

/**
 * The pieces that more text can't change. The last one is still open, the one before may turn out to be
 * continued by it, and where no blank line parts two the lexer may think again about both.
 */
function settled(pieces: readonly Piece[]): Piece[] {
  const end = pieces.slice(0, -1).findLastIndex(({ apart }) => apart);
  return pieces.slice(0, Math.max(0, end));
}

function toBlocks({ pieces }: Split): readonly Block[] {
  const definitions = new Map<string, string>();
  for (const { text, kind } of pieces) {
    const label = kind === 'def' ? normalise(DEFINED.exec(text)?.[1] ?? '') : '';
    if (label !== '' && !definitions.has(label)) definitions.set(label, text.trim());
  }
  return pieces
    .filter(({ kind }) => kind !== 'def')
    .map(({ text, kind }) => ({ kind, text: kind === 'code' ? text : text + definitionsFor(text, definitions) }));
}

/** Only those that a block may refer to: all of them in each block would be too many. */
function definitionsFor(text: string, definitions: ReadonlyMap<string, string>): string {
  if (definitions.size === 0 || !text.includes('[')) return '';
  const labels = new Set(Array.from(text.matchAll(REFERRED), ([, label = '']) => normalise(label)));
  const found = [...labels].flatMap((label) => definitions.get(label) ?? []);
  return found.length === 0 ? '' : `\n\n${found.join('\n')}`;
}

function normalise(label: string): string {
  return label.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The formula of lines of its own at the beginning of the text, with its delimiters. */
function formulaAt(text: string): string | null {
  const [whole, dollars, brackets] = FORMULA.exec(text) ?? [];
  return whole !== undefined && isFormula(dollars ?? brackets ?? '') ? whole : null;
}

/**
 * Lines between `$$` and `$$`, or `\\[` and `\\]`: a minus or an equals sign at their beginning makes no list and no heading.
 * None is blank: what is behind a blank line is settled.
 */
const withFormulas = new Marked({
  extensions: [
    {
      name: 'formula',
      level: 'block',
      start(text) {
        const paragraph = text.slice(0, text.indexOf('\n\n') + 1 || text.length);
        for (const { index } of paragraph.matchAll(FORMULA_LINE)) {
          if (formulaAt(paragraph.slice(index + 1)) !== null) return index + 1;
        }
        return undefined;
      },
      tokenizer(text) {
        const raw = formulaAt(text);
        return raw === null ? undefined : { type: 'formula', raw };
      },
    },
  ],
}).defaults;

const FORMULA =
  /^ {0,3}(?:\$\$((?:[^$\n]|\\\$|\n(?![ \t]*\n)){1,1000}?)\$\$|\\\[((?:[^\n]|\n(?![ \t]*\n)){1,1000}?)\\\])[ \t]*(?:\n|$)/;
const FORMULA_LINE = /\n {0,3}(?:\$\$|\\\[)/g;
const LINE_ENDS = /\r\n?/g;
const DEFINED = /^ {0,3}\[([^\]]+)\]:/;
const REFERRED = /\[([^[\]]{1,200})\]/g;
