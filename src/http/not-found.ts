/** Answers requests without a matching route: 404, or 405 for a wrong method. */

import { PaliadinError } from '../contract/errors.ts';
import { sendError } from './errors.ts';
import type { KnownRoute } from './known-route.ts';
import type { App } from './options.ts';

/** Every route that is registered from now on. Also `app.routes`, for whoever has to walk them. */
export function collectRoutes(app: App): readonly KnownRoute[] {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      routes.push({
        method,
        url: route.url,
        // Read late: a folder's own hook may set it after this one.
        get open() {
          return route.config?.open === true;
        },
        get guard() {
          return route.config?.guard ?? null;
        },
      });
    }
  });
  app.decorate('routes', routes);
  return routes;
}

export function answerUnknownRoutes(app: App, routes: readonly KnownRoute[]): void {
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const methods = routes.filter(({ url }) => !url.includes('*') && matches(url, path)).map(({ method }) => method);
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendError(request, reply, new PaliadinError('not_found', 'there is no such address; see /openapi.json'));
    }
    const allowed = [...new Set(methods)].join(', ');
    reply.header('allow', allowed);
    return sendError(request, reply, new PaliadinError('bad_request', `this address takes ${allowed}`), 405);
  });
}

/**
 * The path as the router reads it: without origin, query and fragment, and decoded. Used only to list the allowed
 * methods of a path without a matching route; access is decided by the route that matched.
 */
function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/]*/i, '').replace(/[?#].*$/s, '');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function matches(pattern: string, path: string): boolean {
  const [expected, actual] = [pattern.split('/'), path.split('/')];
  return expected.length === actual.length && expected.every((part, i) => part.startsWith(':') || part === actual[i]);
}

declare module 'fastify' {
  interface FastifyInstance {
    routes: readonly KnownRoute[];
  }
}
