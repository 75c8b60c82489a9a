/** Makes a person's message safe to paste into a terminal. */
import { PaliadinError } from './errors.ts';
import { utf8Length } from './utf8.ts';

/** 100 kB (KiB): more than anyone types, and pasted into a pane in well under a second. */
export const MAX_MESSAGE_BYTES = 100 * 1024;

/**
 * Returns `text` with one kind of line end and without the control characters that a terminal would
 * obey: C0 except newline and tab, DEL, C1. An escape character could end the bracketed paste, after
 * which the rest would be keystrokes.
 *
 * `mayBeEmpty`: something else comes with it, such as a picture.
 *
 * @throws PaliadinError `message_invalid` for lone surrogates (what invalid UTF-8 becomes) or nothing
 *   left to say, `message_too_large` above `MAX_MESSAGE_BYTES`.
 */
export function sanitise(text: string, { mayBeEmpty } = { mayBeEmpty: false }): string {
  if (!text.isWellFormed()) throw new PaliadinError('message_invalid', 'the message is not valid Unicode');
  const clean = cleanText(text);
  if (clean.trim() === '') {
    if (mayBeEmpty) return '';
    throw new PaliadinError('message_invalid', 'the message is empty');
  }
  const bytes = utf8Length(clean);
  if (bytes > MAX_MESSAGE_BYTES) {
    throw new PaliadinError(
      'message_too_large',
      `the message has ${bytes} bytes, at most ${MAX_MESSAGE_BYTES} are taken`,
    );
  }
  return clean;
}

/** The same for text that comes along with the message, where an error would not help the user. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(LINE_ENDS, '\n').replace(CONTROLS, '');
}

// Readers take the separators U+2028 and U+2029 as line ends, so they count as line ends here.
const LINE_ENDS = /\r\n|[\r\u2028\u2029]/g;
/** The control characters that a terminal would obey: C0 but newline and tab, DEL, C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
export const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
