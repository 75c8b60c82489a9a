import { type RawBuilder, sql } from 'kysely';

/** Constants of our own written into the statement, where a parameter would keep SQLite from using an index. */
export function literals<T extends string>(words: readonly T[]): RawBuilder<T>[] {
  return words.map((word) => sql.lit(word));
}
