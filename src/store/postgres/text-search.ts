/**
 * Searches in a table of words, which are found here and not by the server, so that both databases give the same
 * answers. The index finds the turns that have all the words; the text of its words decides whether parts such as those
 * of `C-2024` follow each other.
 */
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Schema } from '../queries/schema.ts';
import { inOrderOfTime, type Stretch, type TextSearch } from '../queries/turn-list.ts';
import { isUnspaced, SHORT, tokensOf } from '../words.ts';

/**
 * Newest first: in the order in which turns were accepted, which the table of words has too; or, within times, in the
 * order of the list, whose index begins and ends at a time.
 *
 * How rare a word is, the server can only guess: what it knows are whole words, not beginnings. A wrong guess makes it
 * walk through all turns, so it is looked up among the newest ones.
 */
export const searchText: TextSearch = async (db, query, words, stretch) => {
  const { from, to, before } = stretch;
  const isTimed = from !== undefined || to !== undefined;
  // Of both tables, since the server may begin with either.
  const matching = before === null || isTimed ? allOf(words) : sql`turn_text.rowid < ${before.seq} and ${allOf(words)}`;
  const found = (await areRare(db, words, stretch))
    ? // By the index of words, whatever the server expects.
      sql<boolean>`turns.seq in
        (with hit as materialized (select rowid from turn_text where ${matching}) select rowid from hit)`
    : sql<boolean>`exists (select from turn_text where turn_text.rowid = turns.seq and ${matching})`;
  const matches = query.where(found);
  if (isTimed) return inOrderOfTime(matches, before);
  return (before === null ? matches : matches.where('turns.seq', '<', before.seq)).orderBy('turns.seq', 'desc');
};

async function areRare(db: Kysely<Schema>, words: readonly string[], { to, before }: Stretch): Promise<boolean> {
  const spaced = words.filter((word) => !isUnspaced(word));
  if (spaced.length === 0) return false; // no index has them
  const newest = await newestOf(db, { to, before });
  // The offset keeps the server from looking into the index first.
  const { rows } = await sql`select from
    (select words from turn_text where rowid <= ${newest}::bigint and rowid > ${newest}::bigint - ${sql.lit(LOOKED_AT)} offset 0)
      as turn_text
    where ${inIndex(spaced)} limit ${sql.lit(FREQUENT)}`.execute(db);
  return rows.length < FREQUENT;
}

/** The number of the newest turn of the stretch, or of one that was accepted at about the same time. */
async function newestOf(db: Kysely<Schema>, { to, before }: Pick<Stretch, 'to' | 'before'>): Promise<number> {
  if (before !== null) return before.seq;
  let turns = db.selectFrom('turns').select('seq').orderBy('startedAt', 'desc').limit(1);
  if (to !== undefined) turns = turns.where('startedAt', '<', to);
  return (await turns.executeTakeFirst())?.seq ?? 0;
}

// Some milliseconds. What is found fewer times among them is found at most some thousand times among a million.
const LOOKED_AT = 5000;
const FREQUENT = 5;

/** Adds what was said in the turns, or replaces it. */
export async function indexText(db: Transaction<Schema>, turnIds: readonly string[]): Promise<void> {
  const turns = await db
    .selectFrom('turns')
    .select(['seq', 'message', 'response'])
    .where('turnId', 'in', turnIds)
    .execute();
  for (const { seq, message, response } of turns) {
    const [asked, answered] = [tokensOf(message), tokensOf(response)];
    const text = [asked, answered].map((tokens) => ` ${tokens.join(' ')} `).join('\n');
    await sql`insert into turn_text (rowid, words, text)
      values (${seq}, array_to_tsvector(${lexemes([...asked, ...answered])}), ${text})
      on conflict (rowid) do update set words = excluded.words, text = excluded.text`.execute(db);
  }
}

/** Stands for words beyond the limit: whether the turn has them, its text says. */
const MORE = '*';

// A text search vector holds less than a megabyte.
const MOST_BYTES = 800_000;

// Longer than a word of a search; a longer lexeme is found by its beginning.
const MOST_LETTERS = 64;

function lexemes(tokens: readonly string[]): string[] {
  const found = new Set<string>();
  let bytes = 0;
  for (const token of tokens) {
    const lexeme = beginningOf(token);
    if (found.has(lexeme)) continue;
    bytes += Buffer.byteLength(lexeme) + LEXEME_BYTES;
    if (bytes > MOST_BYTES) return [...found, MORE];
    found.add(lexeme);
  }
  return [...found];
}

// What the server adds to each.
const LEXEME_BYTES = 8;

function beginningOf(token: string): string {
  return token.length <= MOST_LETTERS ? token : token.slice(0, MOST_LETTERS).toWellFormed();
}

function allOf(words: readonly string[]): RawBuilder<boolean> {
  const spaced = words.filter((word) => !isUnspaced(word));
  const conditions = words.map(inText);
  if (spaced.length > 0) conditions.unshift(inIndex(spaced));
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

function inIndex(words: readonly string[]): RawBuilder<boolean> {
  const terms = words.flatMap((word) => {
    const tokens = tokensOf(word);
    const last = tokens.length - 1;
    return tokens.map((token, at) => `${quoted(beginningOf(token))}${at === last && word.length >= SHORT ? ':*' : ''}`);
  });
  return sql<boolean>`turn_text.words @@ ${`(${terms.join(' & ')}) | ${quoted(MORE)}`}::tsquery`;
}

/** As `matcher` in `words.ts` has it. */
function inText(word: string): RawBuilder<boolean> {
  const tokens = tokensOf(word).join(' ');
  if (isUnspaced(word)) return sql<boolean>`position(${tokens} in turn_text.text) > 0`;
  return sql<boolean>`position(${` ${tokens}${word.length < SHORT ? ' ' : ''}`} in turn_text.text) > 0`;
}

function quoted(lexeme: string): string {
  return `'${lexeme}'`; // of letters and digits, except for `MORE`
}
