/**
 * The words of a search that the word index can't find, as a condition in SQL: whether a turn has them, by the same
 * rules as a search of one's own turns.
 *
 * Node keeps each text that is passed to a custom function until the statement ends, by which time it may have read a
 * gigabyte. So the function gets row numbers, and reads the texts itself.
 */
import { type RawBuilder, sql } from 'kysely';
import { matcher } from '../words.ts';

/** A condition on the query's current row of `turns`. */
export function hasWords(words: readonly string[]): RawBuilder<boolean> {
  // A subquery is evaluated once in a statement, and not for each row.
  return sql<boolean>`has_words((select look_for(${JSON.stringify(words)})), turns.seq)`;
}

/** The implementations of the SQL functions, by name. `textsOf` reads question and answer of a turn by its `seq`. */
export function wordFunctions(textsOf: (seq: unknown) => string[]): Record<string, (...values: unknown[]) => number> {
  // One statement runs at a time.
  let matches: (texts: readonly string[]) => boolean = () => false;
  return {
    look_for(words) {
      matches = matcher(JSON.parse(String(words)));
      return 0;
    },
    has_words: (_, seq) => (matches(textsOf(seq)) ? 1 : 0),
  };
}
