/** Who may approve by the gateway's setting, and which of these approvals the host accepts. */

import type { Config } from '../../config/load.ts';
import type { Check } from '../../contract/check.ts';
import { checksOf } from './checks.ts';

/**
 * `host` is what a host behind ssh lets a gateway allow; null if the host is this machine, or an older one that allows
 * all.
 */
export function examineApprovals({ values, given }: Config, host: 'deny' | 'gateway' | null): Check {
  const who = values.PALIADIN_APPROVALS;
  const found = `${who}: ${SAYS[who]}`;
  if (host === 'deny' && who !== 'none') {
    const advice = `it has no effect: the host refuses what would be asked (its PALIADIN_APPROVALS is deny); to decide in the chat, set gateway in the host’s host.env, else set none here`;
    return passed('approvals', found, advice);
  }
  if (host !== null && given.PALIADIN_NEVER_ALLOW !== undefined) {
    return passed(
      'approvals',
      found,
      'PALIADIN_NEVER_ALLOW has no effect here: on a host behind ssh it belongs in its host.env',
    );
  }
  return passed('approvals', found);
}

const SAYS = {
  owner: 'the owner decides, in their own turns; what other users’ turns lead to is denied',
  users: 'each user decides, in their own turns',
  none: 'whatever is asked is denied',
};

const { passed } = checksOf('gateway');
