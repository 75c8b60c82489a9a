/**
 * The routes of the owner and admins. All but hosts and terminals read the store alone, so they work without a backend
 * too.
 */
import type { App, ServerOptions } from '../../options.ts';
import type { Streams } from '../../streams.ts';
import { auditRoutes } from './audit.ts';
import { eventRoute } from './events.ts';
import { exportRoutes } from './export.ts';
import { hostRoutes } from './hosts.ts';
import { screenRoute } from './screen.ts';
import { sessionRoutes } from './sessions.ts';
import { statsRoute } from './stats.ts';
import { turnRoutes } from './turns.ts';
import { userDataRoutes } from './user-data.ts';
import { userRoutes } from './users.ts';

export function adminRoutes(app: App, options: ServerOptions, streams: Streams): void {
  statsRoute(app, options);
  turnRoutes(app, options);
  exportRoutes(app, options);
  hostRoutes(app, options);
  sessionRoutes(app, options);
  screenRoute(app, options, streams);
  userRoutes(app, options);
  userDataRoutes(app, options);
  auditRoutes(app, options);
  eventRoute(app, options, streams);
}
