/** Requests in the name of whom the application's token names. A token that is refused is made again, once a request. */
import { type Fetch, Unreachable } from './request.ts';

/** A token, or what makes one: called for the first request, and whenever the gateway refuses the last one. */
export type TokenSource = string | (() => string | Promise<string>);

export function withToken(token: TokenSource, fetch: Fetch): Fetch {
  /** Shared by requests that are made at once. */
  let current: Promise<string> | null = null;

  const make = (): Promise<string> => {
    const made = tokenOf(token);
    current = made;
    // The next request tries again.
    made.catch(() => {
      if (current === made) current = null;
    });
    return made;
  };

  return async (path, init = {}) => {
    const send = async (used: Promise<string>) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${await used}`);
      return await fetch(path, { ...init, headers, credentials: 'omit' });
    };
    const used = current ?? make();
    const response = await send(used);
    if (response.status !== 401 || typeof token === 'string') return response;
    // Another request may have had it made again meanwhile.
    return await send(current === null || current === used ? make() : current);
  };
}

async function tokenOf(token: TokenSource): Promise<string> {
  try {
    return typeof token === 'string' ? token : await token();
  } catch (cause) {
    throw new Unreachable('token', cause);
  }
}
