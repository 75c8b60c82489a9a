/** Under which name a request came. `own-pages.ts` lets none pass but those that are ours. */
import type { FastifyRequest } from 'fastify';
import type { ServerOptions } from './options.ts';

/** Whether the browser reached us by https, as the name that it used says. */
export function isSecure(request: FastifyRequest, { publicOrigins }: Pick<ServerOptions, 'publicOrigins'>): boolean {
  const host = request.headers.host?.toLowerCase();
  return publicOrigins().some((origin) => origin.startsWith('https:') && hostOf(origin) === host);
}

/** `chat.example` of `https://chat.example`. */
export function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('//') + 2);
}
