/** What a browser is told not to do with our pages. */
import helmet from '@fastify/helmet';
import type { App, ServerOptions } from './options.ts';

export async function securityHeaders(
  app: App,
  { secureCookies }: Pick<ServerOptions, 'secureCookies'>,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
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
    // A promise of https that a server on http can't keep.
    strictTransportSecurity: secureCookies,
  });
}
