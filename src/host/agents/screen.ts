/** Reads the screen that interactive agents have in common: an input box between two rules at the bottom. */
import type { Reading } from './driver.ts';

/** `busy` is how the agent's status line says that it works. */
export function readScreen(screen: string[], busy: RegExp): Reading {
  const lines = screen.map((line) => line.trimEnd());
  const lower = lines.findLastIndex((line) => RULE.test(line));
  const upper = lines.findLastIndex((line, at) => at < lower && RULE.test(line));
  const box = upper >= 0 ? lines.slice(upper + 1, lower) : [];
  if (!box[0]?.startsWith(PROMPT)) return readDialog(lines);
  const text = box.join('\n').slice(PROMPT.length).trim();
  const status = lines.slice(lower + 1).join('\n');
  return { state: busy.test(status) ? 'busy' : 'ready', box: text === '' ? 'empty' : 'full' };
}

/** Numbered options without an input box are a dialog, whatever it asks. */
function readDialog(lines: string[]): Reading {
  const filled = lines.filter((line) => line.trim() !== '');
  const option = filled.findLastIndex((line) => OPTION.test(line));
  if (option < 0) return { state: 'starting' };
  const text = filled.slice(startOfDialog(filled, option)).map(plain).filter(Boolean).join(' / ');
  return { state: 'dialog', text: text.slice(0, MAX_DIALOG_LENGTH) };
}

/** Its frame, where it has one: what stands above is the conversation, which is nobody else's business. */
function startOfDialog(lines: string[], option: number): number {
  const few = Math.max(0, option - DIALOG_LINES_ABOVE);
  const frame = lines.findLastIndex((line, at) => at < option && FRAME.test(line));
  return Math.max(few, frame);
}

function plain(line: string): string {
  return line
    .replace(/[─-╿❯]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const RULE = /^─{20,}$/;
const PROMPT = '❯';
const FRAME = /^\s*(╭|─{20,}$)/;
const OPTION = /^\W*1\. \S/;
// A dialog's question stands in the few lines above its options.
const DIALOG_LINES_ABOVE = 6;
const MAX_DIALOG_LENGTH = 400;
