/** Who may ask. Reading what is one's own is for every signed-in user. */

import { PaliadinError } from '../contract/errors.ts';
import type { User } from '../contract/records/user.ts';
import type { ServerOptions } from './options.ts';

/** Null where the user may ask. */
export function refusalOf(user: User, { access }: Pick<ServerOptions, 'access'>): PaliadinError | null {
  if (access === 'users' || user.role === 'owner') return null;
  return new PaliadinError('not_allowed', 'only the owner may ask here; PALIADIN_ACCESS=users lets every user ask');
}
