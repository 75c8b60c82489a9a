/**
 * Searches with FTS5, which is part of SQLite; and by reading the texts, for scripts that put no spaces between words.
 */
import { sql } from 'kysely';
import type { TextSearch } from '../queries/turn-list.ts';
import { isUnspaced, SHORT } from '../words.ts';
import { hasWords } from './has-words.ts';

/** Newest first; stops as soon as the page is full. */
export const searchText: TextSearch = (_db, query, words, { first, last }) => {
  const indexed = words.filter((word) => !isUnspaced(word));
  const unspaced = words.filter(isUnspaced);
  let matching = query;
  if (indexed.length > 0) {
    const joined = query.innerJoin('turnText', 'turnText.rowid', 'turns.seq') as unknown as typeof query;
    matching = joined.where(sql<boolean>`turn_text match ${phrases(indexed)}`);
  }
  if (unspaced.length > 0) matching = matching.where(hasWords(unspaced));
  // SQLite reads the word index backwards only by its own row number.
  const seq = sql<number>`${sql.raw(indexed.length > 0 ? 'turn_text.rowid' : 'turns.seq')}`;
  if (first !== null) matching = matching.where(sql<boolean>`${seq} >= ${first}`);
  if (last !== null) matching = matching.where(sql<boolean>`${seq} <= ${last}`);
  return matching.orderBy(seq, 'desc');
};

/** Quotes each word, so that nothing in it is an operator; the star matches longer words. */
function phrases(words: string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"${word.length < SHORT ? '' : ' *'}`).join(' ');
}
