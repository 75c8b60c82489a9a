/** A page of users, found by parts of their names. */
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { User } from '../../contract/records/user.ts';
import type { UserQuery } from '../user-store.ts';
import { wordsOf } from '../words.ts';
import type { Schema } from './schema.ts';

/** Known first first. */
export async function usersOf(
  db: Kysely<Schema>,
  { search, after, limit, ids }: UserQuery,
): Promise<SelectQueryBuilder<Schema, 'users', User>> {
  let query = db.selectFrom('users').selectAll('users').orderBy('users.createdAt').orderBy('users.id');
  if (ids !== undefined) query = query.where('users.id', 'in', ids);
  const words = wordsOf(search);
  for (const word of words) query = query.where(isPart(word));
  if (words.length === 0 && search?.trim()) query = query.where(sql.lit(false)); // nobody is called by a sign alone
  if (after !== undefined) {
    const { id, createdAt } = await placeOf(db, after);
    query = query.where((is) =>
      is.and([
        is('users.createdAt', '>=', createdAt), // so that the index is used
        is.or([is('users.createdAt', '>', createdAt), is('users.id', '>', id)]),
      ]),
    );
  }
  return limit === undefined ? query : query.limit(limit);
}

/**
 * Both databases fold the case of ASCII letters only, so the word is also looked for in the three ways in which names
 * are written.
 */
function isPart(word: string): RawBuilder<boolean> {
  const [first = ''] = word;
  const capital = first.toUpperCase() + word.slice(first.length).toLowerCase();
  const patterns = [...new Set([word.toLowerCase(), word.toUpperCase(), capital].map(patternOf))];
  const matches = NAMES.flatMap((name) =>
    patterns.map((pattern) => sql<boolean>`lower(${sql.ref(name)}) like ${pattern} escape '!'`),
  );
  return sql<boolean>`(${sql.join(matches, sql` or `)})`;
}

const NAMES = ['users.subject', 'users.name', 'users.email'];

/** With its ASCII letters in lower case, as `lower` of both databases has them. */
function patternOf(word: string): string {
  const lower = word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replace(/[!%_]/g, '!$&')}%`;
}

async function placeOf(db: Kysely<Schema>, id: string): Promise<Pick<User, 'id' | 'createdAt'>> {
  const found = await db.selectFrom('users').select(['id', 'createdAt']).where('id', '=', id).executeTakeFirst();
  if (found === undefined) throw new PaliadinError('not_found', 'the user that `after` names no longer exists');
  return found;
}
