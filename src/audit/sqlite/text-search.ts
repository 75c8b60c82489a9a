/** Search by FTS5, which SQLite brings along. */
import { sql } from 'kysely';
import type { TextSearch } from '../queries/turn-list.ts';
import { SHORT } from '../words.ts';

/** The index is read backwards, newest first, and left as soon as the page is full. */
export const searchText: TextSearch = (query, words, { first, last }) => {
  const joined = query.innerJoin('turnText', 'turnText.rowid', 'turns.seq') as unknown as typeof query;
  let matching = joined.where(sql<boolean>`turn_text match ${phrases(words)}`);
  if (first !== null) matching = matching.where(sql<boolean>`turn_text.rowid >= ${first}`);
  if (last !== null) matching = matching.where(sql<boolean>`turn_text.rowid <= ${last}`);
  return matching.orderBy(sql`turn_text.rowid`, 'desc');
};

/** Each in quotation marks, where nothing is an operator; the star lets a word go on. */
function phrases(words: string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"${word.length < SHORT ? '' : ' *'}`).join(' ');
}
