/** Asks a person for a permission, or for an answer to the agent's question, and reports it to the hook. */
import { randomUUID } from 'node:crypto';
import { type ApprovalPolicy, refusalOf } from '../../../contract/approval-policy.ts';
import { DENY, type Decision } from '../../../contract/turn.ts';
import { approvalOf } from './approval.ts';
import { ask } from './ask.ts';
import type { Answer } from './open-approvals.ts';
import type { HookPayload } from './payload.ts';
import type { RecordedTurn } from './recorded-turn.ts';
import { callOf } from './running-tools.ts';

/** Resolves with the reply to the hook. */
export async function askPermission(
  turn: RecordedTurn,
  payload: HookPayload,
  { policy, gone }: { policy: ApprovalPolicy; gone: AbortSignal },
): Promise<object> {
  const asked = approvalOf(randomUUID(), payload, turn.words);
  const toolUse = turn.toolOf(payload);
  const refusal = refusalOf(policy, asked);
  if (refusal !== null) {
    turn.write(turn.toolEnded(toolUse, 'failed'));
    return permission({ behavior: 'deny', message: refusal });
  }
  const asker = { toolUse, call: callOf(payload), helper: payload.agent_id };
  const answer = await ask(turn, asked, asker, gone);
  if (answer === null) return {};
  if (typeof answer === 'string') return refused(answer);
  if (answer.option === DENY) turn.write(turn.toolEnded(toolUse, 'failed'));
  return permission(behaviorOf(answer, payload));
}

/** The reply to the hook if the turn is stopped, or over. */
export function refused(why: Exclude<Answer, Decision>): object {
  return permission(why === 'refused' ? STOPPED : OVER);
}

function behaviorOf(
  { option, message, answers }: Decision,
  { tool_name: tool, tool_input: input = {} }: HookPayload,
): object {
  if (option === DENY) return { behavior: 'deny', message: message ?? DENIED };
  if (answers !== undefined && tool === 'AskUserQuestion')
    return { behavior: 'allow', updatedInput: { ...input, answers } };
  // Without its input, a tool with a dialog of its own, such as for a plan, would ask again.
  return { behavior: 'allow', updatedInput: input };
}

function permission(decision: object): object {
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}

const STOPPED = { behavior: 'deny', message: 'The person has stopped this.', interrupt: true };
const OVER = {
  behavior: 'deny',
  message: 'The answer is given already, and nobody can be asked any more. Go on without it.',
};
const DENIED = 'The person does not want this. Go on without it.';
