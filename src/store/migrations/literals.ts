import { type RawBuilder, sql } from 'kysely';

/** Words of ours written into the statement: an index is defined by nothing else. */
export function literals<T extends string>(words: readonly T[]): RawBuilder<T>[] {
  return words.map((word) => sql.lit(word));
}
