/** Filters the requests of every driver: no person is asked for what the host's policy refuses. */

import { isOpen } from '../contract/approval-machine.ts';
import { type ApprovalPolicy, refusalOf } from '../contract/approval-policy.ts';
import { PaliadinError } from '../contract/errors.ts';
import { type ApprovalRequest, DENY, type Decision } from '../contract/turn.ts';
import { NO_APPROVALS, withEvent } from '../contract/turn-approvals.ts';
import type { AgentSignal } from './agents/driver.ts';

/**
 * The agent's signals without the permission requests that the policy refuses: the agent is told at once, by `deny`,
 * for as long as it waits, and nobody else is told.
 */
export async function* withoutRefused(
  signals: AsyncIterable<AgentSignal>,
  policy: ApprovalPolicy,
  deny: (approval: ApprovalRequest, denial: Decision, waits: () => boolean) => void,
): AsyncGenerator<AgentSignal> {
  let refused = NO_APPROVALS;
  const waits = (id: string) => {
    const state = refused.get(id)?.state;
    return state !== undefined && isOpen(state);
  };
  for await (const signal of signals) {
    const message = signal.type === 'approval' ? refusalOf(policy, signal.approval) : null;
    if (signal.type === 'approval' && message !== null) {
      const { id, title } = signal.approval;
      const denial = { option: DENY, message };
      const approval = { id, title, kind: 'permission' as const };
      refused = withEvent(refused, { type: 'decided', approval, ...denial, by: 'policy' });
      deny(signal.approval, denial, () => waits(id));
    } else if (signal.type === 'approval-closed' && refused.has(signal.id)) refused = withEvent(refused, signal);
    else yield signal;
  }
}

/**
 * The decision in the form that the agent may receive: one of the options, and no other data that was not asked for.
 *
 * @throws PaliadinError `not_allowed` if the host's policy refuses it, `bad_request` for another option
 */
export function checkDecision(policy: ApprovalPolicy, approval: ApprovalRequest, decision: Decision): Decision {
  const { option, message, answers } = decision;
  const said = message === undefined ? {} : { message };
  if (option === DENY) return { option, ...said };
  const reason = refusalOf(policy, approval);
  if (reason !== null) throw new PaliadinError('not_allowed', 'this host lets no gateway allow this');
  if (!approval.options.some(({ id }) => id === option)) {
    throw new PaliadinError('bad_request', `decide for one of: ${approval.options.map(({ id }) => id).join(', ')}`);
  }
  // A person's answer becomes part of a tool's input; only a question has a field for it.
  const asked = approval.kind === 'question' ? (approval.questions ?? []) : [];
  const given = asked.flatMap(({ question }) => {
    const answer = Object.hasOwn(answers ?? {}, question) ? answers?.[question] : undefined;
    return answer === undefined ? [] : [[question, answer]];
  });
  return { option, ...said, ...(given.length > 0 && { answers: Object.fromEntries(given) }) };
}
