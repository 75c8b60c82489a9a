/** What a person decides on a request, checked against what was asked. */
import { PaliadinError } from '../contract/errors.ts';
import { cleanText } from '../contract/sanitise.ts';
import { type ApprovalRequest, DENY, type Decision } from '../contract/turn.ts';

export interface DecisionOptions {
  /** Whether the turn's user may grant permissions. */
  mayAllow(): Promise<boolean>;
}

/** The decision as it may be stored and shown. @throws PaliadinError `not_allowed`, `bad_request` */
export async function checkDecision(
  request: ApprovalRequest,
  { option, message, answers }: Decision,
  { mayAllow }: DecisionOptions,
): Promise<Decision> {
  if (!isQuestion(request) && !(await mayAllow())) {
    throw new PaliadinError('not_allowed', 'you may not decide this: PALIADIN_APPROVALS says who may');
  }
  // A request that nobody has seen in full can't be allowed, whatever options the host sent.
  const offered = request.missing === undefined ? request.options : [];
  const known = new Set([...offered.map(({ id }) => id), DENY]);
  if (!known.has(option)) throw new PaliadinError('bad_request', `option is one of: ${[...known].join(', ')}`);
  return { option, message: clean(message), answers: answers && cleanAnswers(answers) };
}

export function isQuestion({ kind }: ApprovalRequest): boolean {
  return kind === 'question';
}

/** The text may be shown on a terminal. */
function clean(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : cleanText(text).trim();
}

function cleanAnswers(answers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).map(([question, answer]) => [question, cleanText(answer).trim()]));
}
