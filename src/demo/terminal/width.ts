/** How much room text takes on a terminal. */

/** Columns of one character: 0 for marks that join the one before, 2 for East Asian ones and emoji. */
export function columnsOf(character: string): number {
  if (character.length === 1 && character < '\u0300') return 1;
  if (JOINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns of text without newlines. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** The start of `text` that fits. */
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

/** `text` without anything a terminal would obey; newlines stay. */
export function drawable(text: string): string {
  return text.toWellFormed().replaceAll('\t', '    ').replace(CONTROLS, '');
}

const JOINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\u30a0-\u30ff\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;
