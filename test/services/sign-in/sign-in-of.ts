import { randomBytes } from 'node:crypto';
import { createSignInService, type SignInOptions, type SignInService } from '../../../src/services/sign-in/sign-in.ts';
import type { Store } from '../../../src/store/store.ts';

/** Sign-in over a store, without an application. */
export function signInOf(store: Store, options: Partial<SignInOptions> = {}): SignInService {
  return createSignInService({
    store,
    jwt: null,
    random: randomBytes,
    clock: Date.now,
    now: () => performance.now(),
    onSignIn: () => undefined,
    onError: () => undefined,
    ...options,
  });
}
