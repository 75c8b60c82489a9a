/** The host's policy on approvals, from its settings. */
import { z } from 'zod';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import { type Config, ConfigError } from './load.ts';

export const hostApprovals = z.enum(['deny', 'gateway']);
export type HostApprovals = z.infer<typeof hostApprovals>;

/** Texts for a person who chooses or checks the policy. */
export const APPROVALS_SAY: Record<HostApprovals, string> = {
  deny: 'what the agent’s own settings do not allow is refused, whatever a gateway says',
  gateway: 'what the agent asks leave for may be allowed through the gateway',
};

/** If the gateway's own machine is the host, its settings control both, so only the list of tools applies. */
export function gatewayPolicy({ values }: Pick<Config, 'values'>): ApprovalPolicy {
  return { approvals: 'gateway', neverAllow: values.PALIADIN_NEVER_ALLOW };
}

/** For a host behind ssh. @throws ConfigError */
export function hostPolicy(approvals: string | undefined, { values }: Pick<Config, 'values'>): ApprovalPolicy {
  return { approvals: readApprovals(approvals) ?? 'deny', neverAllow: values.PALIADIN_NEVER_ALLOW };
}

/**
 * `PALIADIN_APPROVALS` as a host behind ssh reads it; a gateway's has another meaning. Null if it is not set.
 *
 * @throws ConfigError
 */
export function readApprovals(written: string | undefined): HostApprovals | null {
  if (written === undefined || written.trim() === '') return null;
  const { data } = hostApprovals.safeParse(written.trim());
  if (data !== undefined) return data;
  throw new ConfigError(`PALIADIN_APPROVALS is ${JSON.stringify(written)}; in host.env it is deny or gateway`);
}
