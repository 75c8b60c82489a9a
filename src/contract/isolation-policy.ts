/** Whether a host isolates its agents as strictly as its gateway requires. */
import { PaliadinError } from './errors.ts';
import { type HostIdentity, NO_JOURNAL } from './host.ts';
import { type IsolationLevel, isAtLeast } from './isolation.ts';

export interface IsolationPolicy {
  /** The least isolation that is accepted: a host below it gets no questions. */
  least: IsolationLevel;
  /** The owner has set a level explicitly, and so answers for a host whose shim can't report its own. */
  written: boolean;
}

/** Why the host gets no questions; null where it may get them. The demo agent reads no user's data. */
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
