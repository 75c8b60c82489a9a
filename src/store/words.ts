/** The words of a search, and whether a text has them. Case and accents are ignored. */
import { PaliadinError } from '../contract/errors.ts';

/**
 * A part without a letter or a digit is not a word.
 *
 * @throws PaliadinError `bad_request` where there are more words than a search may have.
 */
export function wordsOf(search: string | undefined): string[] {
  const words = (search ?? '').split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length > MOST_WORDS) {
    throw new PaliadinError('bad_request', `search: ${words.length} words; at most ${MOST_WORDS} are looked for`);
  }
  const long = words.find((word) => word.length > MOST_LETTERS);
  if (long === undefined) return words;
  throw new PaliadinError('bad_request', `search: a word of ${long.length} characters; at most ${MOST_LETTERS} are`);
}

/** The words of a text, in their order, without case and accents. */
export function tokensOf(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** Whether a word is in a script without spaces between words, where the beginning of a word can't be found. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}

/**
 * Returns a function that says whether texts, taken together, have all `words`: each must begin a word, one of less
 * than `SHORT` letters must be a whole word, and one in a script without spaces may be anywhere.
 */
export function matcher(words: readonly string[]): (texts: readonly string[]) => boolean {
  const patterns = words.map(patternOf);
  return (texts) => {
    const folded = texts.map(fold);
    return patterns.every((pattern) => folded.some((text) => pattern.test(text)));
  };
}

// With fewer letters, too many words match: looking each of them up took a second among a million turns.
export const SHORT = 3;

// More than anybody types into a search field; each word costs one pass through a text.
const MOST_WORDS = 8;
const MOST_LETTERS = 64;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Between the letters of `C-2024/17` there may be any other characters that are neither letters nor digits. */
function patternOf(word: string): RegExp {
  const source = tokensOf(word).join('[^\\p{L}\\p{N}]+');
  if (isUnspaced(word)) return new RegExp(source, 'u');
  return new RegExp(`(?<![\\p{L}\\p{N}])${source}${word.length < SHORT ? '(?![\\p{L}\\p{N}])' : ''}`, 'u');
}

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}
