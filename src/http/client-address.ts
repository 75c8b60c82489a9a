/** For whom a request counts, where nobody is signed in. Limits and throttles all take the key from here. */
import { isIP, type Socket } from 'node:net';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { ServerOptions } from './options.ts';

/**
 * One key for each client: an IPv4 address, also where it is written as an IPv6 one, or the first 64 bits of an IPv6
 * address: whoever has one address of such a network has all 2^64 of them, and could come with another each time.
 */
export function clientKey({ ip }: Pick<FastifyRequest, 'ip'>): string {
  const address = bare(ip ?? '');
  // What a proxy of ours names otherwise ("unknown") shares one key, so that made-up names are no way around.
  return isIP(address) === 0 ? NO_ADDRESS : normalizeIP(address, NETWORK_BITS);
}

/** As `clientKey`, of whoever is at the other end of a connection; null where that is a proxy of ours. */
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
