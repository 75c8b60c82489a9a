/**
 * Keeps other web pages out. A page that rebinds its name to our address sends its own Host; a page that
 * posts to us sends its own Origin; a page that embeds a stream of ours is named by Sec-Fetch-Site.
 */
import type { FastifyRequest } from 'fastify';
import { PaliadinError } from '../contract/errors.ts';
import type { App, ServerOptions } from './options.ts';
import { hostOf } from './public-address.ts';

export function requireOwnPages(app: App, { publicOrigins }: Pick<ServerOptions, 'publicOrigins'>): void {
  app.addHook('onRequest', async (request) => {
    const origins = publicOrigins();
    checkHost(request, origins);
    checkOrigin(request, origins);
    // By the route that was found, not by how the address was spelt: `/%61pi/me` is the same route.
    if (request.routeOptions.config.crossSite !== true) checkSite(request);
  });
}

/** Unsafe requests that a browser's cookie lets in have to say where they come from; every browser does. */
export function requireOrigin(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method) || request.headers.origin !== undefined) return;
  throw new PaliadinError(
    'not_allowed',
    'a request with a sign-in cookie that changes something needs an Origin header',
  );
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

function checkHost(request: FastifyRequest, origins: readonly string[]): void {
  const host = request.headers.host?.toLowerCase();
  if (origins.some((origin) => hostOf(origin) === host)) return;
  throw new PaliadinError(
    'not_allowed',
    `this server does not answer under the name in the Host header, but as ${origins.map(hostOf).join(', ')}`,
  );
}

function checkOrigin(request: FastifyRequest, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || origins.includes(origin.toLowerCase())) return;
  throw new PaliadinError('not_allowed', `requests of other origins are refused; ours: ${origins.join(', ')}`);
}

// Another port of this machine is the same site to a browser, but nobody that we know.
function checkSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new PaliadinError('not_allowed', 'pages of other origins may not use this API');
}
