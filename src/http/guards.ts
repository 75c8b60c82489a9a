/**
 * What a route requires of its caller. A route is `open` or names a guard; startup fails if a route declares neither.
 */

import { ADMIN, type Requirement } from '../services/authorisation.ts';
import type { KnownRoute } from './known-route.ts';
import type { App } from './options.ts';

export const guards = {
  /** Reading one's own data. */
  read: { role: 'member', scope: 'read' },
  /** Changing one's own data: stopping, deciding, signing out. */
  act: { role: 'member', scope: 'ask' },
  ask: { role: 'member', scope: 'ask', asks: true },
  /** Every user's turns, users, hosts. */
  admin: ADMIN,
  /** For monitoring programs: no names and no text of users. */
  metrics: { role: 'admin', scope: 'metrics' },
} as const satisfies Record<string, Requirement>;

/** @throws Error at startup, so that no guard can be forgotten. */
export function requireGuards(app: App, routes: readonly KnownRoute[]): void {
  app.addHook('onReady', async () => {
    const unguarded = routes.filter(({ open, guard }) => open === (guard !== null));
    if (unguarded.length === 0) return;
    const names = unguarded.map(({ method, url }) => `${method} ${url}`).join(', ');
    throw new Error(`routes that say neither \`open\` nor their \`guard\`, or both: ${names}`);
  });
}
