/** A permission request or question of Claude Code, as a complete request that a person can judge. */

import { bounded } from '../../../contract/bounded-approval.ts';
import { toolCard } from '../../../contract/tool-card.ts';
import { type ApprovalRequest, DENY, type QuestionOption } from '../../../contract/turn.ts';
import type { HookPayload } from './payload.ts';
import { toolWords } from './tools.ts';
import type { Words } from './words.ts';

/** Within its limits, in the form that the turn's log stores. */
export function approvalOf(
  id: string,
  { tool_name: tool, tool_input: input = {} }: HookPayload,
  words: Words,
): ApprovalRequest {
  if (tool === 'AskUserQuestion') return bounded(question(id, input, words));
  const name = tool ?? 'a tool';
  return bounded({
    id,
    title: toolWords(name, words)?.asks ?? name,
    kind: 'permission',
    ...toolCard(name, input),
    // A call without a name can match no rule.
    tool,
    options: [
      { id: 'allow', label: words.options.allow },
      { id: DENY, label: words.options.deny },
    ],
  });
}

function question(id: string, input: Record<string, unknown>, words: Words): ApprovalRequest {
  const asked = listOf(input.questions);
  const questions = asked.map((one) => ({
    question: text(one.question) ?? '',
    ...textUnder('header', one),
    several: one.multiSelect === true,
    options: listOf(one.options).map(
      (option): QuestionOption => ({
        label: text(option.label) ?? '',
        ...textUnder('description', option),
        ...textUnder('preview', option),
      }),
    ),
  }));
  const title = questions[0]?.question ?? words.question;
  const options = [
    { id: 'answer', label: words.options.answer },
    { id: DENY, label: words.options.noAnswer },
  ];
  return { id, title, kind: 'question', tool: 'AskUserQuestion', options, questions };
}

function listOf(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value) ? value : [];
  return list.map((one) => (typeof one === 'object' && one !== null ? one : {}));
}

function textUnder<Name extends string>(name: Name, value: Record<string, unknown>): { [name in Name]?: string } {
  const found = text(value[name]);
  return found === null ? {} : ({ [name]: found } as { [name in Name]?: string });
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
