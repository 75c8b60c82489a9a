/** Requests in the name of whom the application's token names. A token that is refused is made again, once a request. */
import { type Fetch, Unreachable } from './request.ts';

/** A token, or what makes one: called for the first request, and whenever the gateway refuses the last one. */
export type TokenSource = string | (() => string | Promise<string>);

export function withToken(token: TokenSource, fetch: Fetch): Fetch {
  /** Shared by requests that are made at once. */
  let current: Promise<string> | null = null;

  const make = async (): Promise<string> => {
    try {
      return typeof token === 'string' ? token : await token();
    } catch (cause) {
      current = null;
      throw new Unreachable('token', cause);
    }
  };

  return async (path, init = {}) => {
    const send = async (used: Promise<string>) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${await used}`);
      return await fetch(path, { ...init, headers, credentials: 'omit' });
    };
    current ??= make();
    const used = current;
    const response = await send(used);
    if (response.status !== 401 || typeof token === 'string') return response;
    // Another request may have had it made again meanwhile.
    if (current === used) current = make();
    return await send(current);
  };
}
