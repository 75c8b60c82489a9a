/**
 * Refuses requests from other web pages, except from the application's (`app-pages.ts`). A page that rebinds its name to our address sends its own Host; a page that
 * posts to us sends its own Origin; a page that embeds one of our streams is identified by Sec-Fetch-Site.
 */
import type { FastifyRequest } from 'fastify';
import { PaliadinError } from '../contract/errors.ts';
import { admitAppPage, HOW_TO_ADMIT, isFromApp, isPreflight, logRefusedPreflight } from './app-pages.ts';
import type { App, ServerOptions } from './options.ts';
import { hostOf } from './public-address.ts';

export function requireOwnPages(
  app: App,
  { publicOrigins, appOrigins }: Pick<ServerOptions, 'publicOrigins' | 'appOrigins'>,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const origins = publicOrigins();
    checkHost(request, origins);
    if (request.routeOptions.config.anyOrigin === true) return;
    if (isFromApp(request, { origins, appOrigins })) return await admitAppPage(request, reply);
    if (isPreflight(request)) logRefusedPreflight(request);
    checkOrigin(request, origins);
    // Checked by the matched route, not by the spelling of the URL: `/%61pi/me` is the same route.
    if (request.routeOptions.config.crossSite !== true) checkSite(request);
  });
}

/** Unsafe requests that are authenticated by a browser's cookie must state their origin; every browser does. */
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
  throw new PaliadinError(
    'not_allowed',
    `requests of other origins are refused; ours: ${origins.join(', ')}; ${HOW_TO_ADMIT}`,
  );
}

// Another port of this machine is the same site to a browser, but not one that is trusted.
function checkSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new PaliadinError('not_allowed', `pages of other origins may not use this API; ${HOW_TO_ADMIT}`);
}
