/**
 * Splits Markdown at its outermost blocks, so that while an answer grows only its end is rendered anew.
 */
import { Lexer } from 'marked';

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
}

interface Split {
  text: string;
  pieces: readonly Piece[];
}

function split(text: string, last: Split): Split {
  if (text === last.text) return last;
  const kept = text.startsWith(last.text) ? last.pieces.slice(0, -UNSETTLED) : [];
  const from = text.startsWith(last.text) ? (last.pieces[kept.length]?.at ?? 0) : 0;
  const pieces = [...kept];
  let at = from;
  // Blocks only: what is within a line is the renderer's business.
  for (const { type, raw } of new Lexer().blockTokens(text.slice(from))) {
    if (type !== 'space') pieces.push({ text: raw, kind: type, at });
    at += raw.length;
  }
  return { text, pieces };
}

function toBlocks({ pieces }: Split): readonly Block[] {
  const definitions = pieces.filter(({ kind }) => kind === 'def').map((piece) => piece.text.trim());
  const appendix = definitions.length === 0 ? '' : `\n\n${definitions.join('\n')}`;
  return pieces
    .filter(({ kind }) => kind !== 'def')
    .map(({ text, kind }) => ({ kind, text: kind !== 'code' && text.includes('[') ? text + appendix : text }));
}

/** More text can still change the last block, and the one before it where the last turns out to be its continuation. */
const UNSETTLED = 2;
const LINE_ENDS = /\r\n?/g;
