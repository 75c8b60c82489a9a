/** Search by FTS5, which SQLite brings along; and by reading, for scripts that put no spaces between words. */
import { sql } from 'kysely';
import type { TextSearch } from '../queries/turn-list.ts';
import { isUnspaced, SHORT } from '../words.ts';
import { hasWords } from './has-words.ts';

/** The newest first, and left as soon as the page is full. */
export const searchText: TextSearch = (query, words, { first, last }) => {
  const indexed = words.filter((word) => !isUnspaced(word));
  const unspaced = words.filter(isUnspaced);
  let matching = query;
  if (indexed.length > 0) {
    const joined = query.innerJoin('turnText', 'turnText.rowid', 'turns.seq') as unknown as typeof query;
    matching = joined.where(sql<boolean>`turn_text match ${phrases(indexed)}`);
  }
  if (unspaced.length > 0) matching = matching.where(hasWords(unspaced));
  // SQLite reads the index of words backwards only by its own number.
  const seq = sql<number>`${sql.raw(indexed.length > 0 ? 'turn_text.rowid' : 'turns.seq')}`;
  if (first !== null) matching = matching.where(sql<boolean>`${seq} >= ${first}`);
  if (last !== null) matching = matching.where(sql<boolean>`${seq} <= ${last}`);
  return matching.orderBy(seq, 'desc');
};

/** Each in quotation marks, where nothing is an operator; the star lets a word go on. */
function phrases(words: string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"${word.length < SHORT ? '' : ' *'}`).join(' ');
}
