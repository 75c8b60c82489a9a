/**
 * For SQL, the words of a search that the index of words can't find: whether a turn has them, as a search of one's own
 * turns means it.
 *
 * Whatever text a function of ours is given, Node keeps until the statement ends, which may have gone through a
 * gigabyte by then. So it is given numbers, and reads the texts itself.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type RawBuilder, sql } from 'kysely';
import { matcher } from '../words.ts';

/** Of the row of `turns` that the query is at. */
export function hasWords(words: readonly string[]): RawBuilder<boolean> {
  // A subquery of its own is asked once in a statement, and not for each row.
  return sql<boolean>`has_words((select look_for(${JSON.stringify(words)})), turns.seq)`;
}

export function defineHasWords(db: DatabaseSync): void {
  // One statement runs at a time.
  let matches: (texts: readonly string[]) => boolean = () => false;
  let texts: StatementSync | undefined;
  db.function('look_for', (words) => {
    matches = matcher(JSON.parse(String(words)));
    return 0;
  });
  db.function('has_words', (_, seq) => {
    texts ??= db.prepare('select message, response from turns where seq = ?');
    const { message = '', response = '' } = texts.get(seq as number) ?? {};
    return matches([String(message), String(response)]) ? 1 : 0;
  });
}
