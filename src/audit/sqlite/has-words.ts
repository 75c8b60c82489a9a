/** The words of a search for SQL: what the index of words can't find. */
import { matcher } from '../words.ts';

export const HAS_WORDS = 'has_words';

/** `words` is a list in JSON. 1 where the texts have them all, as a search of one's own turns means it. */
export function hasWords(words: unknown, ...texts: unknown[]): 0 | 1 {
  if (latest.words !== words) latest = { words, matches: matcher(JSON.parse(String(words))) };
  return latest.matches(texts.map(String)) ? 1 : 0;
}

// A search asks the same of each row.
let latest: { words: unknown; matches: (texts: readonly string[]) => boolean } = { words: null, matches: () => false };
