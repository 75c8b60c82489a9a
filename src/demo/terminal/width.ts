/** How many columns text takes on a terminal. tmux measures each code point separately, so this does so, too. */
import stringWidth from 'string-width';
import { CONTROLS } from '../../contract/sanitise.ts';

/** Columns of one character: 0 for combining marks, 2 for East Asian ones and emoji. */
export function columnsOf(character: string): number {
  return stringWidth(character);
}

/** Columns of text without newlines. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** The longest prefix of `text` that fits. */
export function truncate(text: string, columns: number): string {
  let room = columns;
  let end = 0;
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** `text` without anything that a terminal would interpret; newlines stay. */
export function drawable(text: string): string {
  return text.toWellFormed().replaceAll('\t', '    ').replace(CONTROLS, '');
}
