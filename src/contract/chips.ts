/**
 * Chips: clickable things in an answer, written as Markdown links with two schemes of ours, so that
 * they degrade to links. `app:/cases/42` opens an entity of the application, `ask:Show%20more` asks on.
 */
import { marked } from 'marked';

export type Chip = { kind: 'app'; path: string } | { kind: 'ask'; question: string };

/** What a link's target means as a chip; null for an ordinary link. */
export function parseChip(href: string): Chip | null {
  if (href.startsWith('app:')) return { kind: 'app', path: href.slice('app:'.length) };
  if (href.startsWith('ask:')) return { kind: 'ask', question: decode(href.slice('ask:'.length)) };
  return null;
}

/**
 * Counted by the Markdown parser, so that a chip in a code block is text. The number is for the record:
 * of an answer longer than `MAX_PARSED` only the beginning is looked at.
 */
export function countChips(markdown: string): number {
  const text = markdown.slice(0, MAX_PARSED);
  // Parsing a long answer takes a while; one without the schemes' names has none.
  if (!/a(pp|sk):/.test(text)) return 0;
  let count = 0;
  marked.walkTokens(marked.lexer(tame(text)), (token) => {
    if (token.type === 'link' && parseChip(token.href) !== null) count++;
  });
  return count;
}

/**
 * Takes away what makes no difference to a link, but keeps the parser busy for minutes, or out of memory,
 * when an answer is made of it: emphasis, and quotes and lists in one another without end.
 */
function tame(markdown: string): string {
  return markdown.replace(EMPHASIS, 'x').replace(DEEP_INDENTATION, '$1').replace(DEEP_NESTING, '$1');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % in a question is only a percent sign
  }
}

// At most 3 s for the worst that was tried; what people read is far shorter.
const MAX_PARSED = 64 * 1024;
// An asterisk before a space is a list's.
const EMPHASIS = /_|\*(?![ \t])/g;
// Nobody nests deeper on purpose.
const DEEP_INDENTATION = /^([ \t]{32})[ \t]+/gm;
const DEEP_NESTING = /^((?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){8})(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))+/gm;
