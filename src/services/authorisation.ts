/** Who may do what: by role, by the scopes of an API token, and by `PALIADIN_ACCESS`. */
import { PaliadinError } from '../contract/errors.ts';
import type { Role, User } from '../contract/records/user.ts';
import type { Scope } from '../contract/scopes.ts';
import type { Identity } from './sign-in/identity.ts';

/** Who may ask questions: the owner, or every user. */
export type Access = 'owner' | 'users';

/** What an action requires of its caller. */
export interface Requirement {
  /** The lowest role. */
  role: Role;
  /** The scope that an API token must have. */
  scope: Scope;
  /** The action asks the agent, so `PALIADIN_ACCESS` applies too. */
  asks?: true | undefined;
}

/** The part of an identity that decides what it may do. */
export type Caller = Pick<Identity, 'user' | 'scopes'>;

export const DISABLED = 'the owner has disabled this user';

/** Every user's turns, users, hosts. */
export const ADMIN = { role: 'admin', scope: 'admin' } as const satisfies Requirement;

/** Why this caller is refused; null where they meet the requirement. */
export function refusalOf(requirement: Requirement, caller: Caller, access: Access): PaliadinError | null {
  return barred(requirement, caller) ?? (requirement.asks === true ? askingRefusal(caller.user, access) : null);
}

/** Why this user may not ask questions; null where they may. Every signed-in user may read their own data. */
export function askingRefusal(user: Pick<User, 'role'>, access: Access): PaliadinError | null {
  if (access === 'users' || user.role === 'owner') return null;
  return new PaliadinError('not_allowed', 'only the owner may ask here; PALIADIN_ACCESS=users lets every user ask');
}

/**
 * Whether this caller may see what is for the owner and admins. Open routes that show more to such callers call this
 * too, so that nobody sees there what they would be refused elsewhere.
 */
export function isForOwner(caller: Caller | null): boolean {
  return caller !== null && barred(ADMIN, caller) === null;
}

/** Why this scope gives a token of this user nothing; null where it has an effect. */
export function scopeWithoutEffect(scope: Scope, user: User, access: Access): PaliadinError | null {
  const needs: Requirement =
    scope === 'ask' ? { role: 'member', scope, asks: true } : { role: scope === 'read' ? 'member' : 'admin', scope };
  return refusalOf(needs, { user, scopes: [scope] }, access);
}

function barred({ scope, role }: Requirement, { user, scopes }: Caller): PaliadinError | null {
  if (user.disabledAt !== null) return new PaliadinError('not_allowed', DISABLED);
  if (scopes !== null && !scopes.includes(scope)) {
    return new PaliadinError('not_allowed', `this token lacks the scope ${scope}`);
  }
  return isAtLeast(user, role) ? null : new PaliadinError('not_allowed', ONLY[role]);
}

function isAtLeast({ role }: User, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

const ROLES: readonly Role[] = ['member', 'admin', 'owner'];

const ONLY: Record<Role, string> = {
  member: 'sign in first',
  admin: 'only the owner and admins may do that; `paliadin user role` makes somebody an admin',
  owner: 'only the owner may do that; PALIADIN_OWNER names the owner',
};
