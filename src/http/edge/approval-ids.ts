/** An approval's id for clients that know no turns: it has to lead back to the turn. */
import { TURN_ID_PATTERN } from '../../contract/names.ts';
import type { ApprovalRequest, Decision } from '../../contract/turn.ts';
import { DENY } from '../../contract/turn.ts';
import type { Turns } from '../../turn/turns.ts';
import { FieldError } from './problem.ts';

export function approvalKey(turnId: string, approvalId: string): string {
  return `${turnId}:${approvalId}`;
}

/** @throws FieldError `not_found` */
function readApprovalKey(key: string, param: string): { turnId: string; approvalId: string } {
  const [, turnId = '', approvalId = ''] = /^([0-9a-f-]{36}):(.{1,100})$/s.exec(key) ?? [];
  if (TURN_ID_PATTERN.test(turnId)) return { turnId, approvalId };
  throw new FieldError(param, 'nothing was ever asked with this id', 'not_found');
}

/**
 * A decision for clients that know only yes and no. `reason` tells the agent why; to a question it is the answer.
 * @throws FieldError where a question gets no answer, or what is to be allowed can only be denied
 */
export function yesOrNo(
  approval: ApprovalRequest,
  approved: boolean,
  reason: string | undefined,
  param: string,
): Decision {
  const said = reason?.slice(0, MAX_REASON);
  if (!approved) return { option: DENY, ...(said !== undefined && said !== '' && { message: said }) };
  const options = approval.options.filter(({ id }) => id !== DENY);
  const named = options.find(({ id, label }) => id === said || label === said);
  const option = named ?? options[0];
  if (option === undefined) throw new FieldError(param, 'this can only be denied: it is too long to be shown whole');
  if (approval.kind !== 'question')
    return { option: option.id, ...(said !== undefined && said !== '' && { message: said }) };
  if (named !== undefined) return { option: named.id };
  if (said === undefined || said === '') throw new FieldError(param, 'a question needs an answer in `reason`');
  const questions = approval.questions ?? [{ question: approval.title }];
  return { option: option.id, answers: Object.fromEntries(questions.map(({ question }) => [question, said])) };
}

// As long as the host takes.
const MAX_REASON = 2000;

export interface KeyedDecision {
  key: string;
  /** The field of the request that has it. */
  param: string;
  decisionFor(approval: ApprovalRequest): Decision;
}

/**
 * Decides what is still open; what was decided elsewhere meanwhile stays as it is. All have to be of one turn.
 * @throws FieldError `not_found` for what was never asked; and what `turns.decide` throws
 */
export async function decideAll(
  turns: Pick<Turns, 'get' | 'decide'>,
  { userId, sessionId, locale }: { userId: string; sessionId: string | undefined; locale: string },
  decisions: readonly KeyedDecision[],
): Promise<{ turnId: string; approvalIds: string[] }> {
  const keyed = decisions.map(({ key, param, decisionFor }) => ({
    ...readApprovalKey(key, param),
    param,
    decisionFor,
  }));
  const [first] = keyed;
  if (first === undefined) throw new FieldError('resume', 'has to hold at least one decision');
  const { turnId } = first;
  const turn = await turns.get(userId, turnId, locale).catch(() => null);
  for (const { approvalId, param, ...one } of keyed) {
    const known =
      turn !== null &&
      turn.sessionId === sessionId &&
      one.turnId === turnId &&
      [...turn.approvals.map(({ id }) => id), ...turn.decisions.map(({ approval }) => approval.id)].includes(
        approvalId,
      );
    if (!known) throw new FieldError(param, 'nothing was asked with this id in this conversation', 'not_found');
  }
  for (const { approvalId, decisionFor } of keyed) {
    const approval = turn?.approvals.find(({ id }) => id === approvalId);
    if (approval !== undefined) await turns.decide(userId, turnId, approvalId, decisionFor(approval), locale);
  }
  return { turnId, approvalIds: keyed.map(({ approvalId }) => approvalId) };
}
