/** What the host lets a gateway allow. */

import { APPROVALS_SAY } from '../../../config/approval-policy.ts';
import type { ApprovalPolicy } from '../../../contract/approval-policy.ts';
import type { Check } from '../../../contract/check.ts';
import { checksOf } from '../checks.ts';

export function examinePolicy({ approvals, neverAllow }: ApprovalPolicy): Check {
  const says = `${approvals}: ${APPROVALS_SAY[approvals]}`;
  if (neverAllow.length === 0) return passed('approvals', says);
  const rules = neverAllow.join(', ');
  if (approvals === 'deny') return passed('approvals', says, `PALIADIN_NEVER_ALLOW (${rules}) adds nothing to that`);
  return passed('approvals', `${says}, but never ${rules}`);
}

const { passed } = checksOf('host');
