/** What a route asks of whoever calls it. A route says `open`, or names its guard; a server with another one does not start. */
import type { Role, User } from '../audit/store.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { Scope } from '../contract/scopes.ts';
import { refusalOf } from './access.ts';
import type { KnownRoute } from './not-found.ts';
import type { App, Identity, ServerOptions } from './options.ts';

export interface Guard {
  /** The least role. */
  role: Role;
  /** What an API token has to be for. */
  scope: Scope;
  /** Asks the agent for something: `PALIADIN_ACCESS` decides too. */
  asks?: true | undefined;
}

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
  { user, scopes }: Pick<Identity, 'user' | 'scopes'>,
  options: Pick<ServerOptions, 'access'>,
): PaliadinError | null {
  if (scopes !== null && !scopes.includes(guard.scope)) {
    return new PaliadinError('not_allowed', `this token is not for that: it has no scope ${guard.scope}`);
  }
  if (!isAtLeast(user, guard.role)) return new PaliadinError('not_allowed', ONLY[guard.role]);
  return guard.asks === true ? refusalOf(user, options) : null;
}

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
