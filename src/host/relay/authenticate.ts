/** Which session a request belongs to, by its secret. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SESSION_PATTERN } from '../../contract/names.ts';
import { readAgentSecret } from '../agent-secret.ts';

export interface Caller {
  session: string;
  secret: string;
}

/** Null if the request has no valid secret of a session. */
export type Authenticate = (credentials: Caller | null) => Caller | null;

/** Reads the secret anew each time: a revoked secret is invalid at once. */
export function authenticator(sessionsDirectory: string): Authenticate {
  return (shown) => {
    if (shown === null) return null;
    const expected = readAgentSecret(sessionsDirectory, shown.session);
    return expected !== null && timingSafeEqual(digest(shown.secret), digest(expected)) ? shown : null;
  };
}

/** `Authorization: Bearer SESSION.SECRET` */
export function bearer({ authorization }: IncomingHttpHeaders): Caller | null {
  return dotted(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]);
}

/** `x-api-key: SESSION.SECRET`; Gemini's API has another name for it. */
export function apiKey({ 'x-api-key': plain, 'x-goog-api-key': key = plain }: IncomingHttpHeaders): Caller | null {
  return dotted(typeof key === 'string' ? key : undefined);
}

/** `x-paliadin-agent: SESSION.SECRET`, in addition to a sign-in of the agent's own. */
export function ownHeader({ 'x-paliadin-agent': token }: IncomingHttpHeaders): Caller | null {
  return dotted(typeof token === 'string' ? token : undefined);
}

/**
 * `Proxy-Authorization: Basic base64(SESSION:SECRET)`, as from `http://SESSION:SECRET@…`, or `Bearer SESSION.SECRET`.
 */
export function proxyCredentials({ 'proxy-authorization': header }: IncomingHttpHeaders): Caller | null {
  const [, scheme = '', value = ''] = /^(Basic|Bearer) +(\S+)$/i.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() !== 'basic') return dotted(value);
  return pair(Buffer.from(value, 'base64').toString('latin1').split(':'));
}

function dotted(text = ''): Caller | null {
  return pair(text.split('.'));
}

function pair([session = '', secret = '', ...rest]: string[]): Caller | null {
  const plausible = rest.length === 0 && SESSION_PATTERN.test(session) && SECRET.test(secret);
  return plausible ? { session, secret } : null;
}

/** Digests are compared, so that the comparison's time reveals neither content nor length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const SECRET = /^[0-9a-f]{1,128}$/;
