import type { Backend } from '../../src/backend/backend.ts';
import type { Hosts } from '../../src/backend/hosts.ts';

/** The hosts of a gateway that has only this one, which serves every row. */
export function oneHost(backend: Backend): Hosts {
  return {
    of: () => backend,
    serves: () => true,
    forNewSession: async () => backend,
    insteadOf: () => null,
    all: () => [backend],
    standing: () => ({ listed: false, enabled: true, draining: false, preference: null, room: null }),
    each: (listener) => listener(backend),
    refusal: backend.refusal,
    close: backend.close,
  };
}
