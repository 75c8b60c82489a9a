/** The hosts that a gateway reaches, and which of them a session lives on. */
import type { PaliadinError } from '../contract/errors.ts';
import type { Backend } from './backend.ts';

export interface Hosts {
  /** The host of a session or a turn: each row names its own. One that is no longer among them refuses what is asked of it. */
  of(row: { host: string }): Backend;
  /** Where a new session begins. */
  forNewSession(): Backend;
  all(): readonly Backend[];
  /** Why no host takes questions, and what would change that; null where one does. */
  refusal(): PaliadinError | null;
  close(): Promise<void>;
}

/**
 * For a gateway with one host, which is asked whatever a row names: it may have been given another name. Of what another
 * host had it has no record, and says so.
 */
export function oneHost(backend: Backend): Hosts {
  return {
    of: () => backend,
    forNewSession: () => backend,
    all: () => [backend],
    refusal: backend.refusal,
    close: backend.close,
  };
}
