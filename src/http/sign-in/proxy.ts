/** Sign-in by a proxy in front of the gateway, which names its user in a header. */
import type { FastifyRequest } from 'fastify';
import { PaliadinError } from '../../contract/errors.ts';
import { type Claimed, emailOf, nameOf, subjectOf } from '../../services/sign-in/claimed.ts';
import type { App, ServerOptions } from '../options.ts';

type Needs = Pick<ServerOptions, 'proxy' | 'trustsProxy'>;

/**
 * Refuses, on every route, identity headers from an address that is not a trusted proxy. They come from an attacker, or
 * from a proxy that is missing in the list; ignoring them silently would hide both.
 */
export function refuseForgedIdentities(app: App, options: Needs, onForged: (request: FastifyRequest) => void): void {
  const proxy = options.proxy ?? null;
  if (proxy === null) return;
  app.addHook('onRequest', async (request) => {
    if (isTrusted(request, options)) return;
    const carried = [proxy.header, proxy.nameHeader].filter((name) => name !== null && name in request.headers);
    if (carried.length === 0) return;
    onForged(request);
    throw new PaliadinError(
      'not_allowed',
      `${carried.join(' and ')} came from ${request.socket.remoteAddress}, which is not in PALIADIN_TRUSTED_PROXIES`,
    );
  });
}

/**
 * The user that the proxy names; null where it names none.
 * @throws PaliadinError `unauthenticated` for an invalid name
 */
export function namedByProxy(request: FastifyRequest, options: Needs): Claimed | null {
  const proxy = options.proxy ?? null;
  if (proxy === null || !isTrusted(request, options)) return null;
  const values = request.raw.headersDistinct[proxy.header] ?? [];
  const [value = '', ...more] = values;
  if (value === '' && more.length === 0) return null;
  const subject = more.length === 0 ? subjectOf('proxy', inUtf8(value)) : null;
  // Two values: one may be the client's own, which the proxy passed on.
  if (subject === null) throw new PaliadinError('unauthenticated', `${proxy.header} is not one name`);
  const shown = proxy.nameHeader === null ? undefined : request.raw.headersDistinct[proxy.nameHeader]?.[0];
  const login = subject.slice('proxy:'.length);
  return {
    subject,
    name: nameOf(shown === undefined ? undefined : decodeWords(inUtf8(shown))) ?? login,
    email: emailOf(login),
    locale: null,
  };
}

/** Checks the address of the connection, whatever headers say. */
function isTrusted(request: FastifyRequest, { trustsProxy }: Needs): boolean {
  const { remoteAddress } = request.socket;
  return remoteAddress !== undefined && trustsProxy?.(remoteAddress) === true;
}

/** Node decodes headers as Latin-1; proxies write UTF-8. */
function inUtf8(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

/** Names in encoded words (RFC 2047, as Tailscale Serve writes them): `=?utf-8?q?J=C3=BCrgen?=`. */
function decodeWords(value: string): string {
  return value.replace(/=\?utf-8\?([qb])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_, kind: string, text: string) => {
    if (kind.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('utf8');
    const bytes = text.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => {
      return String.fromCharCode(Number.parseInt(hex, 16));
    });
    return Buffer.from(bytes, 'latin1').toString('utf8');
  });
}
