/**
 * What a browser keeps of a sign-in and sends with each request: its cookie, and the session key that its page holds.
 */
import { SESSION_KEY_HEADER } from '../../src/contract/session-key.ts';

export type BrowserSession = Record<'cookie' | typeof SESSION_KEY_HEADER, string>;

/** Of the answer to a sign-in. */
export function sessionOf(setCookie: unknown, body: unknown): BrowserSession {
  const { sessionKey } = (body ?? {}) as { sessionKey?: unknown };
  const cookie = String(setCookie).split(';')[0] as string;
  if (typeof sessionKey !== 'string' || !/^[^=]*paliadin-\d+=[\w-]{43}$/.test(cookie)) {
    throw new Error(`not signed in: ${JSON.stringify({ setCookie, body })}`);
  }
  return { cookie, [SESSION_KEY_HEADER]: sessionKey };
}

export async function sessionFrom(response: Response): Promise<BrowserSession> {
  return sessionOf(response.headers.get('set-cookie'), await response.json());
}
