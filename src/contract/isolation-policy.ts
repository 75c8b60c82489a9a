/** Whether a host's agents are kept apart as far as its gateway wants. */
import { PaliadinError } from './errors.ts';
import { type HostIdentity, NO_JOURNAL } from './host.ts';
import { type IsolationLevel, isAtLeast } from './isolation.ts';

export interface IsolationPolicy {
  /** Whose agents are kept apart less than this is not asked. */
  least: IsolationLevel;
  /** The owner has written a level down, and so answers for a host whose shim can't tell its own. */
  written: boolean;
}

/** Why the host is not asked; null where it may be. The demo agent reads nothing of anybody's. */
export function refusalOf(identity: HostIdentity, { least, written }: IsolationPolicy): PaliadinError | null {
  const { agent, protocol, isolation = 'none' } = identity;
  if (agent === 'demo' || isAtLeast(isolation, least)) return null;
  if (protocol === NO_JOURNAL) {
    return written
      ? null
      : new PaliadinError(
          'agent_not_ready',
          `the host's shim can't tell how it keeps people apart, and here it has to be ${least}; update it by \`paliadin host add\`, or set PALIADIN_ISOLATION here to what you know of it`,
        );
  }
  return new PaliadinError(
    'agent_not_ready',
    `the host keeps people apart by the level ${isolation}, and here it has to be ${least}; set PALIADIN_ISOLATION=${least} in the host's host.env, or to do with less PALIADIN_ISOLATION=directory on both`,
  );
}
