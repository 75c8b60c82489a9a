/**
 * Requests in the name of whom the application's token names. The token is exchanged for a bearer, which is kept in memory
 * alone; both last minutes, and are had again before anybody notices.
 */
import { createCall, type Fetch, Refusal, Unreachable } from '../../client/request.ts';
import type { Embedded } from '../../contract/api.ts';
import { TokenRefused } from './host-page.ts';

export interface BearerDeps {
  token(): Promise<string>;
  /** Without credentials of its own. */
  fetch: Fetch;
  /** Another person is signed in in the application now. Nothing is sent in their name before this is done. */
  onOtherPerson(): void;
  /** The application names nobody any more. */
  onNobody(error: TokenRefused): void;
  now(): number;
  pause(ms: number): Promise<void>;
}

export interface BearerFetch {
  fetch: Fetch;
  /** The bearer was ended elsewhere: the next request brings another, instead of a refusal first. */
  drop(): void;
  /** Ends the sign-in, also while the page is left. */
  signOut(): void;
}

export function createBearerFetch({ token, fetch, onOtherPerson, onNobody, now, pause }: BearerDeps): BearerFetch {
  const call = createCall(() => undefined, fetch);
  let current: Promise<Embedded> | null = null;
  let expiresAt = 0;
  let userId: string | null = null;
  let bearer: string | null = null;
  let over = false;
  /** Set once the sign-in was ended elsewhere: a token that is made before this may count as one from before. */
  let notBefore = 0;

  const offer = async (): Promise<Embedded> => {
    await pause(Math.max(0, notBefore - now()));
    return (await call('POST', '/api/auth/embed', { body: { token: await token() } })).json as Embedded;
  };

  const exchange = async (): Promise<Embedded> => {
    try {
      const embedded = await offer().catch((error) => {
        if (!wasSignedOut(error)) throw error;
        notBefore = now() + TOKEN_SECOND_MS;
        return offer();
      });
      if (over || (userId !== null && userId !== embedded.userId)) {
        if (!over) onOtherPerson();
        over = true;
        throw new Unreachable('token');
      }
      ({ expiresAt, userId, bearer } = embedded);
      return embedded;
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      if (isAnswer(error)) onNobody(error);
      throw new Unreachable('token', error);
    }
  };

  const renew = (): Promise<Embedded> => {
    const made = exchange();
    current = made;
    made.catch(() => {
      if (current === made) current = null;
    });
    return made;
  };

  const send = async (path: string, init: RequestInit, used: Promise<Embedded>) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${(await used).bearer}`);
    return await fetch(path, { ...init, headers });
  };

  return {
    async fetch(path, init = {}) {
      if (over) throw new Unreachable('token');
      try {
        const used = current === null || expiresAt - now() < EARLY_MS ? renew() : current;
        const response = await send(path, init, used);
        if (response.status !== 401) return response;
        // Ended by somebody else, or our clock is off. Another request may have had it made again meanwhile.
        return await send(path, init, current === null || current === used ? renew() : current);
      } catch (error) {
        // What was refused is the exchange; to whoever asked it is as if their request had been.
        if (!(error instanceof Refusal)) throw error;
        return new Response(JSON.stringify(error.body), { status: error.status, headers: JSON_TYPE });
      }
    },
    drop() {
      current = null;
      notBefore = now() + TOKEN_SECOND_MS;
    },
    signOut() {
      over = true;
      if (bearer === null) return;
      const headers = { authorization: `Bearer ${bearer}` };
      fetch('/api/auth/sign-out', { method: 'POST', headers, keepalive: true }).catch(() => undefined);
    },
  };
}

/** The application itself said that it knows nobody; any other failure may pass. */
function isAnswer({ status }: TokenRefused): boolean {
  return status === 401 || status === 403;
}

/** The token is from before the sign-out, or from the same second. */
function wasSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.body.reason === 'signed_out';
}

/** A token states its second alone: one that is made a second after the sign-out is from after it. */
const TOKEN_SECOND_MS = 1000;
/** Long enough for a request that is made just before the end. */
const EARLY_MS = 5000;
const JSON_TYPE = { 'content-type': 'application/json' };
