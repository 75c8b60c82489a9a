import { type RawBuilder, sql } from 'kysely';

/** Constants of our own written into the statement, because an index can't be defined with parameters. */
export function literals<T extends string>(words: readonly T[]): RawBuilder<T>[] {
  return words.map((word) => sql.lit(word));
}
