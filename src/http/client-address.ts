/** The key for counting requests of clients that are not signed in. All limits and throttles use it. */
import { isIP, type Socket } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { ServerOptions } from './options.ts';

/**
 * One key for each client: an IPv4 address, also where it is written as an IPv6 one, or the first 64 bits of an IPv6
 * address: a client with one address of such a network has all 2^64 of them, and could use another each time.
 */
export function clientKey({ ip }: Pick<FastifyRequest, 'ip'>): string {
  const address = bare(ip ?? '');
  // Other values that a trusted proxy may send ("unknown") share one key, so that made-up names do not evade the limit.
  return isIP(address) === 0 ? NO_ADDRESS : normalizeIP(address, NETWORK_BITS);
}

/** Like `clientKey`, for the other end of a connection; null where that is a trusted proxy. */
export function connectionKey(
  { remoteAddress = '' }: Pick<Socket, 'remoteAddress'>,
  { trustsProxy }: Pick<ServerOptions, 'trustsProxy'>,
): string | null {
  return trustsProxy?.(remoteAddress) === true ? null : clientKey({ ip: remoteAddress });
}

const NETWORK_BITS = 64;
const NO_ADDRESS = 'unknown';

/** Without port and brackets, which some proxies write. */
function bare(written: string): string {
  const [, inBrackets, withPort] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(written) ?? [];
  return inBrackets ?? withPort ?? written;
}
