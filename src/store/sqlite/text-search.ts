/**
 * Searches with FTS5, which is part of SQLite; and by reading the texts, for scripts that put no spaces between words.
 */
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../queries/schema.ts';
import type { Stretch, TextSearch } from '../queries/turn-list.ts';
import { isUnspaced, SHORT, tokensOf } from '../words.ts';
import { hasWords } from './has-words.ts';

/** In the order in which turns were accepted, newest first; stops as soon as the page is full. */
export const searchText: TextSearch = async (db, query, words, stretch) => {
  const indexed = words.filter((word) => !isUnspaced(word));
  const unspaced = words.filter(isUnspaced);
  let matching = query;
  if (indexed.length > 0) {
    const expression = (await Promise.all(indexed.map((word) => beginningOf(db, word)))).join(' AND ');
    const joined = query.innerJoin('turnText', 'turnText.rowid', 'turns.seq') as unknown as typeof query;
    matching = joined.where(sql<boolean>`turn_text match ${expression}`);
  }
  if (unspaced.length > 0) matching = matching.where(hasWords(unspaced));
  // SQLite reads the word index backwards only by its own row number.
  const seq = sql<number>`${sql.raw(indexed.length > 0 ? 'turn_text.rowid' : 'turns.seq')}`;
  const { first, last } = await numbersOf(db, stretch);
  if (first !== null) matching = matching.where(sql<boolean>`${seq} >= ${first}`);
  if (last !== null) matching = matching.where(sql<boolean>`${seq} <= ${last}`);
  return matching.orderBy(seq, 'desc');
};

/**
 * What begins with the word, as an expression of FTS5. For a beginning, it would first collect all turns that have any
 * word that begins so; whole words it follows from the newest turn on. So those that there are take its place.
 */
async function beginningOf(db: Kysely<Schema>, word: string): Promise<string> {
  if (word.length < SHORT) return quoted(word);
  const [beginning, ...more] = tokensOf(word);
  // What the index makes of other letters, it knows best.
  const whole = more.length === 0 && beginning !== undefined && /^[a-z0-9]+$/.test(beginning);
  const longer = whole ? await wordsFrom(db, beginning) : null;
  if (longer === null) return `${quoted(word)} *`;
  return longer.length === 0 ? quoted(beginning as string) : `(${longer.map(quoted).join(' OR ')})`;
}

/** The words of the index that begin so; null where they are too many. One look for each, whatever texts have them. */
async function wordsFrom(db: Kysely<Schema>, beginning: string): Promise<string[] | null> {
  const begins = sql<boolean>`substr(found.term, 1, ${sql.lit(beginning.length)}) = ${beginning}`;
  const found = sql<{ term: string }>`(
    with recursive found (term) as (
      select (select term from turn_text_terms where term >= ${beginning} limit 1)
      union all
      select (select term from turn_text_terms where term >= found.term || char(1) limit 1) from found where ${begins}
      limit ${sql.lit(MOST_WORDS + 2)}
    )
    select term from found where ${begins}
  )`;
  const rows = await db.selectFrom(found.as('found')).select('term').execute();
  return rows.length > MOST_WORDS ? null : rows.map(({ term }) => term);
}

// Each is followed at once.
const MOST_WORDS = 64;

/** Nothing in it is an operator. */
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/**
 * The stretch by numbers of turns, for an index that has no times. Beyond a turn that is newer than a time by more than
 * the clock was ever set back, no turn is older than that time.
 */
async function numbersOf(db: Kysely<Schema>, { from, to, before }: Stretch) {
  const setBack = sql<number>`(select value from counters where name = 'clock set back')`;
  const [older, newer] = await Promise.all([
    from === undefined
      ? undefined
      : db
          .selectFrom('turns')
          .select('seq')
          .where('startedAt', '<', sql<number>`${from} - ${setBack}`)
          .orderBy('startedAt', 'desc')
          .limit(1)
          .executeTakeFirst(),
    to === undefined
      ? undefined
      : db
          .selectFrom('turns')
          .select('seq')
          .where('startedAt', '>=', sql<number>`${to} + ${setBack}`)
          .orderBy('startedAt')
          .limit(1)
          .executeTakeFirst(),
  ]);
  const ends = [newer, before].filter((end) => end != null).map(({ seq }) => seq - 1);
  return { first: older === undefined ? null : older.seq + 1, last: ends.length === 0 ? null : Math.min(...ends) };
}
