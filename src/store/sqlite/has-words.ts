/**
 * For SQL, the words of a search that the index of words can't find: whether a turn has them, as a search of one's own
 * turns means it.
 *
 * Whatever text a function of ours is given, Node keeps until the statement ends, which may have gone through a
 * gigabyte by then. So it is given numbers, and reads the texts itself.
 */
import { type RawBuilder, sql } from 'kysely';
import { matcher } from '../words.ts';

/** Of the row of `turns` that the query is at. */
export function hasWords(words: readonly string[]): RawBuilder<boolean> {
  // A subquery of its own is asked once in a statement, and not for each row.
  return sql<boolean>`has_words((select look_for(${JSON.stringify(words)})), turns.seq)`;
}

/** What those of SQL come to, by name. `textsOf` reads question and answer of a turn by its `seq`. */
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
