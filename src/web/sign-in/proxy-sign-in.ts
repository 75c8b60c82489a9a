/**
 * An auth proxy before the gateway has a sign-in of its own, which may end while a page is open. It then answers in the
 * gateway's place: sends on to its sign-in, shows that at once, or refuses, each in a way of its own. None of these does the
 * gateway do: it never sends a request of a page elsewhere, and refuses in JSON of its own shape.
 */
import { type Fetch, isErrorBody, Unreachable } from '../../client/request.ts';

export interface ProxySignIn {
  /** Rejects with Unreachable (`sign-in`) where the proxy's sign-in has ended. */
  watch(fetch: Fetch): Fetch;
  hasEnded(): boolean;
  subscribe(listener: () => void): () => void;
}

export function createProxySignIn(): ProxySignIn {
  const listeners = new Set<() => void>();
  let ended = false;

  const set = (next: boolean) => {
    if (next === ended) return;
    ended = next;
    for (const listener of [...listeners]) listener();
  };

  return {
    watch: (fetch) => async (path, init) => {
      const response = await fetch(path, init);
      if (!(await asksToSignIn(response))) {
        if (response.ok) set(false);
        return response;
      }
      // A filter may refuse this one request for what is in it. Who may not even ask who they are is signed out.
      const probe = await fetch(PROBE, { headers: { accept: 'application/json' }, ...signalOf(init) });
      const isEnded = await asksToSignIn(probe);
      set(isEnded);
      throw new Unreachable(isEnded ? 'sign-in' : 'foreign');
    },
    hasEnded: () => ended,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function asksToSignIn(response: Response): Promise<boolean> {
  const { status, type, headers } = response;
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) return true;
  if (response.ok) return headers.get('content-type')?.startsWith('text/html') === true;
  if (status !== 401 && status !== 403) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return !isErrorBody(body);
}

function signalOf({ signal }: RequestInit = {}): Pick<RequestInit, 'signal'> {
  return signal ? { signal } : {};
}

const PROBE = '/api/me';
