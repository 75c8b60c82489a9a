/** The way of sandboxed agents to hosts that the owner lists: tunnels (CONNECT), and requests for `http://…`. */
import type { LookupAddress } from 'node:dns';
import { type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { Caller } from './authenticate.ts';
import { forward } from './forward.ts';
import { endToEnd, isChunked } from './headers.ts';
import { type NetworkPolicy, parseTarget, type Target, targetOf } from './network-policy.ts';
import { refuse, refuseTunnel } from './respond.ts';

/** Connects to one of these addresses, and to no other. */
export type Dial = (target: Target, addresses: LookupAddress[]) => Socket;

export interface ProxyOptions {
  dial: Dial;
  /** A tunnel ends after this time without traffic. Milliseconds. */
  idleMs?: number;
  /** How many tunnels a session may have at once. */
  tunnels?: number;
  /** A host was refused: `host` is a name or an address, whatever was requested. */
  onRefused(session: string, host: string, port: number): void;
}

export function proxy({ dial, idleMs = IDLE_MS, tunnels: most = TUNNELS, onRefused }: ProxyOptions) {
  const open = new Map<string, number>();

  /** False if the session has reached its limit. */
  function take(session: string, until: Duplex | ServerResponse): boolean {
    const taken = open.get(session) ?? 0;
    if (taken >= most) return false;
    open.set(session, taken + 1);
    until.once('close', () => {
      const left = (open.get(session) ?? 1) - 1;
      if (left === 0) open.delete(session);
      else open.set(session, left);
    });
    return true;
  }

  async function tunnel(
    request: IncomingMessage,
    near: Duplex,
    head: Buffer,
    { session }: Caller,
    policy: NetworkPolicy,
  ) {
    const target = parseTarget(request.url ?? '');
    if (target === null) return refuseTunnel(near, 400, 'CONNECT names a host and a port');
    if (!take(session, near)) return refuseTunnel(near, 429, `at most ${most} connections at once`);
    const verdict = await policy.check(target);
    if (near.destroyed) return;
    if ('status' in verdict) {
      onRefused(session, target.host, target.port);
      return refuseTunnel(near, verdict.status, verdict.reason);
    }
    const far = dial(target, verdict.addresses);
    const deadline = setTimeout(() => far.destroy(), CONNECT_MS);
    const failed = () => refuseTunnel(near, 502, `${target.host} does not answer`);
    const gone = () => far.destroy();
    far.once('error', failed);
    far.once('close', () => clearTimeout(deadline));
    near.once('close', gone);
    far.once('connect', () => {
      clearTimeout(deadline);
      far.off('error', failed);
      near.off('close', gone);
      far.setTimeout(idleMs, () => far.destroy());
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) far.write(head);
      pipeline(near, far, near, () => {});
    });
  }

  async function plain(request: IncomingMessage, response: ServerResponse, caller: Caller, policy: NetworkPolicy) {
    const url = URL.parse(request.url ?? '');
    const target = url === null ? null : targetOf(url.hostname, Number(url.port || 80));
    if (url?.protocol !== 'http:' || target === null) {
      return refuse(request, response, 400, 'only http:// is passed on; for https:// use CONNECT');
    }
    if (!take(caller.session, response)) return refuse(request, response, 429, `at most ${most} connections at once`);
    const verdict = await policy.check(target);
    if (response.destroyed) return;
    if ('status' in verdict) {
      onRefused(caller.session, target.host, target.port);
      return refuse(request, response, verdict.status, verdict.reason);
    }
    const onward = requestOf({
      // A connection for each request: the check was for this host, at this moment.
      createConnection: () => dial(target, verdict.addresses),
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: [
        'Host',
        url.host,
        ...endToEnd(request.rawHeaders, (name, value) => name === 'host' || value.includes(caller.secret)),
        ...(isChunked(request.rawHeaders) ? ['Transfer-Encoding', 'chunked'] : []),
        'Connection',
        'close',
      ],
    });
    forward({ request, response, onward, firstByteMs: idleMs, idleMs, onFailure });

    function onFailure(failure: 'unreachable' | 'late'): void {
      refuse(request, response, failure === 'late' ? 504 : 502, `${url?.hostname} does not answer`);
    }
  }

  return { tunnel, plain };
}

/** Uses the first address that answers. */
export const dialAddresses: Dial = ({ host, port }, addresses) => {
  const lookup: LookupFunction = (_host, options, callback) => {
    if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };
  // No name is looked up: this is the address that was checked.
  const [first] = addresses;
  return connect({ host: isIP(host) === 0 ? host : (first?.address ?? ''), port, lookup, allowHalfOpen: true });
};

const IDLE_MS = 600_000;
const TUNNELS = 64;
const CONNECT_MS = 30_000;
