import { type RawBuilder, sql } from 'kysely';

/** Words of ours written into the statement, where a parameter would not do: what an index is defined by. */
export function literals<T extends string>(words: readonly T[]): RawBuilder<T>[] {
  return words.map((word) => sql.lit(word));
}
