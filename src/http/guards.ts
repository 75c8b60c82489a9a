/** What a route asks of whoever calls it. A route says `open`, or names its guard; a server with another one does not start. */

import { ADMIN, type Requirement } from '../services/authorisation.ts';
import type { KnownRoute } from './known-route.ts';
import type { App } from './options.ts';

export const guards = {
  /** Reading what is one's own. */
  read: { role: 'member', scope: 'read' },
  /** Changing what is one's own: stopping, deciding, signing out. */
  act: { role: 'member', scope: 'ask' },
  ask: { role: 'member', scope: 'ask', asks: true },
  /** Everybody's turns, users, hosts. */
  admin: ADMIN,
  /** For a program that counts: nobody's name or words. */
  metrics: { role: 'admin', scope: 'metrics' },
} as const satisfies Record<string, Requirement>;

/** @throws Error at the start, so that nobody can forget it. */
export function requireGuards(app: App, routes: readonly KnownRoute[]): void {
  app.addHook('onReady', async () => {
    const unguarded = routes.filter(({ open, guard }) => open === (guard !== null));
    if (unguarded.length === 0) return;
    const names = unguarded.map(({ method, url }) => `${method} ${url}`).join(', ');
    throw new Error(`routes that say neither \`open\` nor their \`guard\`, or both: ${names}`);
  });
}
