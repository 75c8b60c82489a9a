import type { Store } from '../store/store.ts';

export interface Person {
  id: string;
  /** Empty once the user’s data was deleted; so is `name`. */
  subject: string;
  name: string;
}

/** Resolves user ids to people. */
export async function people(store: Pick<Store, 'users'>): Promise<(id: string) => Person> {
  const known = new Map((await store.users.list()).map(({ id, subject, name }) => [id, { id, subject, name }]));
  return (id) => known.get(id) ?? { id, subject: '', name: '' };
}
