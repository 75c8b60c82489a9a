/** What a route asks of whoever calls it. A route says `open`, or names its guard; a server with another one does not start. */

import { PaliadinError } from '../contract/errors.ts';
import type { Role, User } from '../contract/records/user.ts';
import { refusalOf } from './access.ts';
import type { Guard } from './guard.ts';
import type { KnownRoute } from './known-route.ts';
import type { App, Identity, ServerOptions } from './options.ts';

export const guards = {
  /** Reading what is one's own. */
  read: { role: 'member', scope: 'read' },
  /** Changing what is one's own: stopping, deciding, signing out. */
  act: { role: 'member', scope: 'ask' },
  ask: { role: 'member', scope: 'ask', asks: true },
  /** Everybody's turns, users, hosts. */
  admin: { role: 'admin', scope: 'admin' },
  /** For a program that counts: nobody's name or words. */
  metrics: { role: 'admin', scope: 'metrics' },
} as const satisfies Record<string, Guard>;

/** Null where this caller may call a route with this guard. */
export function refusedBy(
  guard: Guard,
  identity: Pick<Identity, 'user' | 'scopes'>,
  options: Pick<ServerOptions, 'access'>,
): PaliadinError | null {
  return whyBarred(guard, identity) ?? (guard.asks === true ? refusalOf(identity.user, options) : null);
}

/**
 * Whether this caller may see what is for the owner and admins. An open route that shows them more asks this too, so that
 * nobody sees there what a guard would keep from them.
 */
export function isForOwner(identity: Pick<Identity, 'user' | 'scopes'> | null): boolean {
  return identity !== null && whyBarred(guards.admin, identity) === null;
}

/** Who somebody is now, and what their token is for. */
function whyBarred({ scope, role }: Guard, { user, scopes }: Pick<Identity, 'user' | 'scopes'>): PaliadinError | null {
  if (user.disabledAt !== null) return new PaliadinError('not_allowed', DISABLED);
  if (scopes !== null && !scopes.includes(scope)) {
    return new PaliadinError('not_allowed', `this token is not for that: it has no scope ${scope}`);
  }
  return isAtLeast(user, role) ? null : new PaliadinError('not_allowed', ONLY[role]);
}

export const DISABLED = 'the owner has disabled this user';

/** @throws Error at the start, so that nobody can forget it. */
export function requireGuards(app: App, routes: readonly KnownRoute[]): void {
  app.addHook('onReady', async () => {
    const unguarded = routes.filter(({ open, guard }) => open === (guard !== null));
    if (unguarded.length === 0) return;
    const names = unguarded.map(({ method, url }) => `${method} ${url}`).join(', ');
    throw new Error(`routes that say neither \`open\` nor their \`guard\`, or both: ${names}`);
  });
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
