/** Headers that restrict what a browser does with a response and what it may cache. */
import helmet from '@fastify/helmet';
import type { FastifyReply } from 'fastify';
import type { App, ServerOptions } from './options.ts';
import { isSecure } from './public-address.ts';

export async function securityHeaders(app: App, options: Pick<ServerOptions, 'publicOrigins'>): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // A picture of a question is fetched with the session key, and shown from the page's own memory.
        imgSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Requires https, which a server on http can't offer; see below.
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', NO_DEVICES);
    reply.header('x-request-id', request.id);
    if (isSecure(request, options)) reply.header('strict-transport-security', A_YEAR_OF_HTTPS);
  });
  app.addHook('onSend', async (request, reply) => {
    // A response that is not a page can do nothing even if it is opened as one.
    const sandbox = request.routeOptions.config.sandboxed === true ? '; sandbox' : '';
    if (!isPage(reply)) reply.header('content-security-policy', `${NOTHING}${sandbox}`);
    // API responses are for one person at one moment.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

/** Lets pages of these origins alone show this page in a frame, and lend it their logo; what they are else does not change. */
export function framedBy(reply: FastifyReply, origins: readonly string[]): void {
  const list = origins.length === 0 ? "'none'" : origins.join(' ');
  const policy = String(reply.getHeader('content-security-policy'))
    .replace("frame-ancestors 'none'", `frame-ancestors ${list}`)
    .replace("img-src 'self'", `img-src ${["'self'", ...origins].join(' ')}`);
  reply.headers({ 'content-security-policy': policy, 'cross-origin-resource-policy': 'cross-origin' });
  // Knows no list of origins, and is older than the policy, which every browser that we build for has.
  if (origins.length > 0) reply.removeHeader('x-frame-options');
}

/** For every response that is not a page. */
export const NOTHING = "default-src 'none'; frame-ancestors 'none'";

// Features that a chat does not need, denied to its own scripts and to injected ones.
const NO_DEVICES = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';

// For this host name alone: other hosts of the same domain are not affected.
const A_YEAR_OF_HTTPS = 'max-age=31536000';

function isPage(reply: FastifyReply): boolean {
  // "Not modified" has no content type, and its headers replace those that the browser has cached with the page.
  return reply.statusCode === 304 || String(reply.getHeader('content-type') ?? '').startsWith('text/html');
}
