/**
 * Makes the last block of a growing answer look like what it is about to be, so that nothing jumps when
 * the missing characters arrive: unfinished marks are held back, open emphasis is closed.
 */
import type { Block } from './blocks.ts';

export function closeMarks({ text, kind }: Block): string {
  // Code shows what it has, and inside of it marks mean nothing.
  if (kind === 'code' || kind === 'html' || kind === 'formula' || hasOpenFence(text)) return text;
  return closeEmphasis(holdLines(text.replace(UNFINISHED_FORMULA, '').replace(UNFINISHED_LINK, ''), kind));
}

function hasOpenFence(text: string): boolean {
  return (text.match(/^[ \t>]*(?:```|~~~)/gm)?.length ?? 0) % 2 === 1;
}

/** A last line of marks alone says nothing yet, and under a paragraph it would turn it into a heading. */
function holdLines(text: string, kind: string): string {
  let shown = text.trimEnd();
  for (;;) {
    const at = shown.lastIndexOf('\n') + 1;
    const line = shown.slice(at);
    const isTableToBe = kind === 'paragraph' && line.startsWith('|');
    // Without its second line a table would fall back into a paragraph.
    const isSecondOfTable = kind === 'table' && shown.slice(0, at).trim().split('\n').length === 1;
    if (line === '' || isSecondOfTable || !(ONLY_MARKS.test(line) || isTableToBe)) return shown;
    shown = shown.slice(0, at).trimEnd();
  }
}

function closeEmphasis(text: string): string {
  const open = MARKS.find((mark) => isOpen(text, mark));
  if (open === undefined) return text;
  // Where nothing stands after the opening mark yet, the mark itself waits.
  const bare = text.replace(/[\s*`]+$/, '');
  return isOpen(bare, open) ? bare + open : bare;
}

function isOpen(text: string, mark: string): boolean {
  const paragraph = text.slice(text.lastIndexOf('\n\n') + 1);
  return paragraph.replace(CODE_SPAN, '').split(mark).length % 2 === 0;
}

/** From its bracket on: a link is shown when its target is known. Longer than this it is no link. */
const UNFINISHED_LINK = /!?\[[^\]\n]{0,300}(?:\](?:\([^)\n]{0,2000})?)?$/;
/** Only one that is surely meant as one: a single dollar may be a price. */
const UNFINISHED_FORMULA = /(?:(?<!\$)\$\$(?:[^$\n]|\n(?!\n)){0,1000}\$?|\\[([](?:(?!\\[)\]])[\s\S]){0,1000})$/;
const ONLY_MARKS = /^[ \t>]*(?:[-=+*_~#|`: \t]+|\d{1,3}[.)]?)[ \t]*$/;
const CODE_SPAN = /(`+)[^`][\s\S]*?\1(?!`)/g;
/** Code first: inside of it asterisks mean nothing. */
const MARKS = ['`', '**'] as const;
