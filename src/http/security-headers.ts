/** What a browser is told not to do with what we send, and what it may keep. */
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
        imgSrc: ["'self'"],
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
    // A promise of https that a server on http can't keep; see below.
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', NO_DEVICES);
    reply.header('x-request-id', request.id);
    if (isSecure(request, options)) reply.header('strict-transport-security', A_YEAR_OF_HTTPS);
  });
  app.addHook('onSend', async (_request, reply) => {
    // What is no page, and is opened as one all the same, can do nothing at all.
    if (!isPage(reply)) reply.header('content-security-policy', NOTHING);
    // What the API says is for one person at one moment.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

/** For what is no page. */
export const NOTHING = "default-src 'none'; frame-ancestors 'none'";

// What a chat has no use for, neither its own scripts nor one that got in.
const NO_DEVICES = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';

// For this name alone: others of the same domain are not ours to bind.
const A_YEAR_OF_HTTPS = 'max-age=31536000';

function isPage(reply: FastifyReply): boolean {
  // "Not modified" has no type, and what it says of the page replaces what the browser has kept.
  return reply.statusCode === 304 || String(reply.getHeader('content-type') ?? '').startsWith('text/html');
}
