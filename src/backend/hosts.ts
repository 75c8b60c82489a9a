/** The hosts that a gateway reaches, and which of them a session lives on. */
import type { PaliadinError } from '../contract/errors.ts';
import type { Backend } from './backend.ts';

export interface Hosts {
  /**
   * The host of a session or a turn: each row names its own. A host that is no longer configured refuses every call.
   */
  of(row: { host: string }): Backend;
  /** Where a new session is created. */
  forNewSession(): Backend;
  all(): readonly Backend[];
  /** Why no host accepts questions, and what would change that; null where one does. */
  refusal(): PaliadinError | null;
  close(): Promise<void>;
}

/**
 * For a gateway with one host, which serves every row, whatever host the row names: the host may have been renamed.
 * It has no record of turns that another host ran, and reports that.
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
