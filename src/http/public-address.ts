/** The name under which a request came. `own-pages.ts` accepts only the gateway's own names. */
import type { FastifyRequest } from 'fastify';
import type { ServerOptions } from './options.ts';

/** Whether the browser used https, according to the name that it used. */
export function isSecure(request: FastifyRequest, { publicOrigins }: Pick<ServerOptions, 'publicOrigins'>): boolean {
  const host = request.headers.host?.toLowerCase();
  return publicOrigins().some((origin) => origin.startsWith('https:') && hostOf(origin) === host);
}

/** `chat.example` of `https://chat.example`. */
export function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('//') + 2);
}
