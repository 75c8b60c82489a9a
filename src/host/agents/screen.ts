/** Reads the screen that interactive agents have in common: an input box between two rules at the bottom. */
import type { Screen } from '../tmux/pane.ts';
import type { Reading } from './reading.ts';

/** `busy` matches how the agent shows that it works, in its status line or in the terminal's title. */
export function readScreen({ lines, cursor, title }: Screen, busy: RegExp): Reading {
  const lower = lines.findLastIndex((line) => RULE.test(line));
  const upper = lines.findLastIndex((line, at) => at < lower && UPPER_EDGE.test(line));
  const box = upper >= 0 ? lines.slice(upper + 1, lower) : [];
  if (!box[0]?.startsWith(PROMPT)) return readDialog(lines);
  const text = box.join('\n').slice(PROMPT.length).trim();
  // An empty box may show a suggestion. The cursor is before it, where text would begin.
  const suggested = cursor.row === upper + 1 && cursor.column === PROMPT_COLUMNS;
  const said = [title, ...lines.slice(lower + 1)].join('\n');
  return { state: busy.test(said) ? 'busy' : 'ready', box: text === '' || suggested ? 'empty' : 'full' };
}

/** Options to choose from without an input box are a dialog, whatever it asks. */
function readDialog(lines: string[]): Reading {
  const filled = lines.filter((line) => line.trim() !== '');
  const numbered = filled.findLastIndex((line) => OPTION.test(line));
  const choice = numbered >= 0 ? numbered : filled.findLastIndex((line) => KEYS.test(line));
  if (choice < 0) return { state: 'starting' };
  const text = filled.slice(startOfDialog(filled, choice)).map(plain).filter(Boolean).join(' / ');
  return { state: 'dialog', text: text.slice(0, MAX_DIALOG_LENGTH) };
}

/** The dialog's frame, if it has one: the conversation above it is private. */
function startOfDialog(lines: string[], choice: number): number {
  const few = Math.max(0, choice - DIALOG_LINES_ABOVE);
  const frame = lines.findLastIndex((line, at) => at < choice && FRAME.test(line));
  return Math.max(few, frame);
}

/** Without its frame, and without the part of a key that identifies the key. */
function plain(line: string): string {
  return line
    .replace(/[─-╿❯]/g, ' ')
    .replace(/\bsk-\S+/g, '…')
    .replace(/\s+/g, ' ')
    .trim();
}

const RULE = /^─{20,}\s*$/;
// The edge contains the name of a conversation that has one.
const UPPER_EDGE = /^─{2,}(.*─)?\s*$/;
const PROMPT = '❯';
// The mark and a space.
const PROMPT_COLUMNS = 2;
const FRAME = /^\s*(╭|─{20,}\s*$)/;
const OPTION = /^\W*1\. \S/;
// If the options have no numbers, the last line says which keys choose.
const KEYS = /\b(enter|esc) to (cancel|confirm|continue|exit|select)\b/i;
// A dialog says what it is about in the few lines above its options.
const DIALOG_LINES_ABOVE = 10;
const MAX_DIALOG_LENGTH = 400;
