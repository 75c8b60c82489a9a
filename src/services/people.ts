/** Resolves user ids to people: those of a page at once, or one after the other as an export comes to them. */
import type { User } from '../contract/records/user.ts';
import type { Store } from '../store/store.ts';

export interface Person {
  id: string;
  /** Empty once the user’s data was deleted; so is `name`. */
  subject: string;
  name: string;
}

/** Those of these ids. */
export async function people(
  store: Pick<Store, 'users'>,
  ids: Iterable<string | null>,
): Promise<(id: string) => Person> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const found: User[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    found.push(...(await store.users.list({ ids: wanted.slice(at, at + AT_ONCE) })));
  }
  const known = new Map(found.map((user) => [user.id, personOf(user)]));
  return (id) => known.get(id) ?? unknown(id);
}

/** Keeps those that it has looked up, within bounds. */
export function peopleInTurn(store: Pick<Store, 'users'>): (id: string) => Promise<Person> {
  const known = new Map<string, Person>();
  return async (id) => {
    const kept = known.get(id);
    if (kept !== undefined) return kept;
    const user = await store.users.get(id);
    const person = user === null ? unknown(id) : personOf(user);
    if (known.size >= KEPT) known.clear();
    known.set(id, person);
    return person;
  };
}

function personOf({ id, subject, name }: User): Person {
  return { id, subject, name };
}

function unknown(id: string): Person {
  return { id, subject: '', name: '' };
}

// As many parameters as any database takes in a statement.
const AT_ONCE = 500;
const KEPT = 1000;
