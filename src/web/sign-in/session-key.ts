/**
 * The session key of this browser (see `contract/session-key.ts`), in the storage of our own origin, where all of its tabs
 * have it and no other port does. A tab goes on with the key it began with until it looks again, so that it never asks in
 * the name of somebody who has signed in in another tab since.
 */

import type { Fetch } from '../../client/request.ts';
import { SESSION_KEY_HEADER, SESSION_KEY_ITEM } from '../../contract/session-key.ts';
import type { Memory } from '../storage.ts';

export interface SessionKey {
  /** Null where nobody is signed in, as far as this tab knows. */
  current(): string | null;
  /** For all tabs. Null signs out. */
  set(key: string | null): void;
  /** Looks what another tab has done. True where the key is another one now. */
  reload(): boolean;
  /** Hears when another tab has signed somebody in. The result ends it. */
  onSignedIn(listener: () => void): () => void;
}

export function createSessionKey(kept: Memory): SessionKey {
  let current = kept.getItem(SESSION_KEY_ITEM);
  return {
    current: () => current,
    set(key) {
      current = key;
      if (key === null) kept.removeItem(SESSION_KEY_ITEM);
      else kept.setItem(SESSION_KEY_ITEM, key);
    },
    reload() {
      const before = current;
      current = kept.getItem(SESSION_KEY_ITEM);
      return current !== before;
    },
    onSignedIn(listener) {
      const onStorage = ({ key, newValue }: StorageEvent) => {
        // Of a sign-out this tab hears at its next request.
        if (key === SESSION_KEY_ITEM && newValue !== null && newValue !== current) listener();
      };
      window.addEventListener('storage', onStorage);
      return () => window.removeEventListener('storage', onStorage);
    },
  };
}

/** Sends the key with every request, and to `origin` alone. */
export function withSessionKey(key: Pick<SessionKey, 'current'>, fetch: Fetch, origin: string): Fetch {
  return (path, init = {}) => {
    if (new URL(path, origin).origin !== origin) throw new TypeError('the session key is for our own origin alone');
    const headers = new Headers(init.headers);
    const current = key.current();
    if (current !== null) headers.set(SESSION_KEY_HEADER, current);
    // Not followed: a browser takes such a header along to wherever it is sent on.
    return fetch(path, { ...init, headers, redirect: 'manual' });
  };
}
