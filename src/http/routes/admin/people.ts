import type { Store } from '../../../store/store.ts';

export interface Person {
  id: string;
  /** Empty once the user’s data was deleted. */
  name: string;
}

/** Says who somebody is. */
export async function people(store: Pick<Store, 'users'>): Promise<(id: string) => Person> {
  const names = new Map((await store.users.list()).map(({ id, name }) => [id, name]));
  return (id) => ({ id, name: names.get(id) ?? '' });
}
