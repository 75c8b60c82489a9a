/**
 * Calls from the application's own pages (`PALIADIN_APP_ORIGINS`), by CORS. They are authenticated by a token alone: a
 * cookie, or a proxy's header, says who uses the browser, and not that the page may act for them.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PaliadinError } from '../contract/errors.ts';

/** For whoever is refused: what would admit them. */
export const HOW_TO_ADMIT = 'an application’s own origins are listed in PALIADIN_APP_ORIGINS, and send a token';

export function isFromApp(
  { headers: { origin } }: FastifyRequest,
  { origins, appOrigins }: { origins: readonly string[]; appOrigins: readonly string[] },
): boolean {
  const from = origin?.toLowerCase();
  return from !== undefined && appOrigins.includes(from) && !origins.includes(from);
}

/** Whether a browser asks what another origin may send. */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/**
 * Answers a preflight, and lets the application's page read the response to a request that has a token.
 * @throws PaliadinError `not_allowed`, `unauthenticated`
 */
export async function admitAppPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { origin = '', authorization } = request.headers;
  reply.headers({ 'access-control-allow-origin': origin, vary: 'Origin' });
  if (isPreflight(request)) {
    await reply.code(204).headers(PREFLIGHT).header('access-control-allow-headers', allowed(request)).send();
    return;
  }
  reply.header('access-control-expose-headers', EXPOSED);
  if (request.is404) return;
  if (request.routeOptions.config.open === true) {
    throw new PaliadinError(
      'not_allowed',
      'this address is for the gateway’s own pages, and not for the application’s',
    );
  }
  if (authorization !== undefined) return;
  throw new PaliadinError(
    'unauthenticated',
    'a page of the application has to send its token as Authorization: Bearer …; cookies of other origins are ignored',
  );
}

/** The browser's console says only that CORS failed, and hides the body. */
export function logRefusedPreflight({ headers, log }: FastifyRequest): void {
  const origin = URL.parse(headers.origin ?? '')?.origin.slice(0, MAX_LOGGED) ?? 'unknown';
  log.warn({ origin }, 'a page of this origin may not call the API: it is not in PALIADIN_APP_ORIGINS');
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
  // The longest that browsers accept is two hours; a change of the setting should be seen sooner.
  'access-control-max-age': '600',
};

// Without the session key of a browser's sign-in, which belongs to the gateway's own pages.
const ALLOWED = 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID';

/** OpenAI's client says with every request where it runs, in a dozen headers that have no effect. */
function allowed({ headers }: FastifyRequest): string {
  const asked = (headers['access-control-request-headers'] ?? '').toLowerCase().split(',');
  const harmless = asked.map((name) => name.trim()).filter((name) => /^x-stainless-[a-z-]{1,40}$/.test(name));
  return [ALLOWED, ...harmless].join(', ');
}

const EXPOSED = 'Content-Disposition, Date, Retry-After, X-Request-Id';
const MAX_LOGGED = 200;
