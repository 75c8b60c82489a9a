/** What the person who asked is shown: a call that changes something, and what the application wants to know. */
import { randomUUID } from 'node:crypto';
import type { AppTool, AppToolCall } from '../../contract/app-tools.ts';
import { bounded } from '../../contract/bounded-approval.ts';
import { formOf } from '../../contract/form.ts';
import { toolCard } from '../../contract/tool-card.ts';
import { type ApprovalRequest, DENY, type Decision } from '../../contract/turn.ts';
import { OWN_REQUEST } from '../approvals.ts';
import type { Elicitation, ElicitationAnswer } from './application.ts';
import type { AppToolWords } from './words.ts';

/** With all arguments; where they are too long to be shown, it can only be denied. */
export function cardOf(tool: AppTool, call: AppToolCall, words: AppToolWords): ApprovalRequest {
  return bounded({
    id: `${OWN_REQUEST}${call.id}`,
    title: words.mayDo(tool.title ?? tool.name),
    kind: 'permission',
    ...toolCard(tool.name, call.arguments),
    options: [
      { id: 'allow', label: words.allow },
      { id: DENY, label: words.deny },
    ],
  });
}

/** Asks until the answer fits the schema, a few times at most. What can't be asked on a card is declined. */
export async function elicitOn(
  { message, schema }: Elicitation,
  words: AppToolWords,
  ask: (request: ApprovalRequest) => Promise<Decision | null>,
): Promise<ElicitationAnswer> {
  const form = formOf(schema, message, words);
  if (form === null) return { action: 'decline' };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const request = bounded({
      id: `${OWN_REQUEST}ask-${randomUUID()}`,
      title: attempt === 0 ? words.asks : words.asksAgain,
      kind: 'question',
      ...(form.questions[0]?.question !== message && { detail: message }),
      questions: form.questions,
      options: [
        { id: 'answer', label: words.answer },
        { id: DENY, label: words.noAnswer },
      ],
    });
    if (request.missing !== undefined) return { action: 'decline' };
    const decision = await ask(request);
    if (decision === null) return { action: 'cancel' };
    if (decision.option === DENY) return { action: 'decline' };
    const content = form.contentOf(decision.answers ?? {});
    if (content !== null) return { action: 'accept', content };
  }
  return { action: 'decline' };
}

const MAX_ATTEMPTS = 3;
