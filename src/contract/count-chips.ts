/**
 * Counts the chips of an answer in linear time. A few kilobytes of hostile input would keep a Markdown parser busy for
 * minutes, and an agent repeats what it has read. This module distinguishes only what matters to a link: code, escapes,
 * images, links in links, and links by reference.
 */
import { type Chip, parseChip } from './chips.ts';

/** The number is for the audit row: of an answer longer than `MAX_COUNTED` only the beginning is counted. */
export function countChips(markdown: string): number {
  return readChips(markdown).length;
}

/** A chip and its label, in Markdown. */
export type LabelledChip = Chip & { label: string };

/** In the order of the answer; of its first `MAX_COUNTED` characters. */
export function readChips(markdown: string): LabelledChip[] {
  const text = markdown.slice(0, MAX_COUNTED);
  if (!/a(pp|sk):/.test(text)) return [];
  const { blocks, targets } = proseOf(text);
  return blocks.flatMap((block) => chipsIn(block, targets));
}

interface Prose {
  /** The text that is not code, split where no link can continue. */
  blocks: string[];
  /** The targets of links by reference, by name. */
  targets: Map<string, string>;
}

function proseOf(text: string): Prose {
  const blocks: string[] = [];
  const targets = new Map<string, string>();
  let block: string[] = [];
  let fence: string | null = null;
  let afterBlank = true;
  let inList = false;
  const endBlock = () => {
    if (block.length > 0) blocks.push(block.join('\n'));
    block = [];
  };
  for (const quoted of text.split(/\r?\n/)) {
    const line = quoted.replace(QUOTE, '');
    const [, mark = null, info = ''] = FENCE.exec(line) ?? [];
    if (fence !== null) {
      if (mark?.startsWith(fence) && info.trim() === '') fence = null;
      continue;
    }
    if (line.trim() === '') {
      endBlock();
      afterBlank = true;
      continue;
    }
    const item = ITEM.test(line);
    const indented = INDENTED.test(line);
    if (item) inList = true;
    else if (afterBlank && !/^[ \t]/.test(line)) inList = false;
    if (indented && afterBlank && !inList) continue; // code; the lines after it may be code as well
    afterBlank = false;
    if (item) endBlock();
    const [, label, target] = DEFINITION.exec(line) ?? [];
    if (mark !== null && !(mark.startsWith('`') && info.includes('`'))) fence = mark;
    else if (label !== undefined && block.length === 0) setFirst(targets, nameOf(label), target ?? '');
    else block.push(line);
  }
  endBlock();
  return { blocks, targets };
}

function chipsIn(block: string, targets: Prose['targets']): LabelledChip[] {
  const closing = codeEnds(block);
  const open: { at: number; image: boolean }[] = [];
  /** How many of the open brackets contain a link by now, and so are not links themselves. */
  let dead = 0;
  const chips: LabelledChip[] = [];
  for (let at = 0; at < block.length; at++) {
    const sign = block[at];
    if (sign === '\\') at++;
    else if (sign === '`') at = closing.get(at) ?? at;
    else if (sign === '[') open.push({ at, image: block[at - 1] === '!' && block[at - 2] !== '\\' });
    else if (sign === ']') {
      const opener = open.pop();
      const isDead = open.length < dead;
      dead = Math.min(dead, open.length);
      if (opener === undefined || (isDead && !opener.image)) continue;
      const closed = at;
      const link = linkAt(block, opener.at + 1, closed, targets);
      if (link === null) continue;
      at = link.end;
      if (opener.image) continue;
      dead = open.length;
      const chip = parseChip(link.target);
      if (chip !== null) chips.push({ ...chip, label: block.slice(opener.at + 1, closed) });
    }
  }
  return chips;
}

/** The target of the brackets from `start` to `end`, and the position of the link's last character. */
function linkAt(block: string, start: number, end: number, targets: Prose['targets']) {
  const inline = matchAt(INLINE, block, end + 1);
  if (inline !== null) return { target: inline[1] ?? inline[2] ?? '', end: end + inline[0].length };
  if (targets.size === 0) return null;
  const named = matchAt(NAMED, block, end + 1);
  const target = targets.get(nameOf(named?.[1] || block.slice(start, Math.min(end, start + LONGEST_NAME))));
  return target === undefined ? null : { target, end: end + (named?.[0].length ?? 0) };
}

/** For each run of backticks that begins code: its position, and the position where the code ends. */
function codeEnds(block: string): Map<number, number> {
  const runs = [...block.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({
    index,
    length,
    last: index + length - 1,
  }));
  const ends = new Map<number, number>();
  const next = new Map<number, number>();
  for (const { index, length, last } of runs.reverse()) {
    // A run without an end is ordinary text.
    ends.set(index, next.get(length) ?? last);
    next.set(length, last);
  }
  return ends;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function setFirst(targets: Map<string, string>, name: string, target: string): void {
  if (!targets.has(name)) targets.set(name, target);
}

function nameOf(label: string): string {
  return label.trim().replace(/\s+/g, ' ').toLowerCase();
}

const MAX_COUNTED = 256 * 1024;
const LONGEST_NAME = 999;
const QUOTE = /^(?: {0,3}>)+ ?/;
const FENCE = /^\s*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})(.*)$/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/;
const INDENTED = /^(?: {4}|\t)/;
const DEFINITION = /^ {0,3}\[([^\]]{1,999})\]:[ \t]*<?([^\s>]+)/;
// Each part is bounded, so that no input makes one match attempt long.
const INLINE =
  /\(\s{0,9}(?:<([^<>\n]{0,2000})>|([^\s()<][^\s()]{0,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,200}){0,4})?)(?:\s{1,9}(?:"[^"]{0,500}"|'[^']{0,500}'))?\s{0,9}\)/y;
const NAMED = /\[([^[\]]{0,999})\]/y;
