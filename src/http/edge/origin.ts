import type { FastifyRequest } from 'fastify';
import type { ServerOptions } from '../options.ts';
import { hostOf } from '../public-address.ts';

/** Where the chat page is, under the name that the caller uses. */
export function chatPageOf(request: FastifyRequest, { publicOrigins }: Pick<ServerOptions, 'publicOrigins'>): string {
  const origins = publicOrigins();
  const host = request.headers.host?.toLowerCase();
  return `${origins.find((origin) => hostOf(origin) === host) ?? origins[0] ?? ''}/`;
}
