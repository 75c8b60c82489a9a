/** What Claude Code asks leave for, as plain text that a person can judge. */
import { type ApprovalRequest, DENY } from '../../../contract/turn.ts';
import type { HookPayload } from './payload.ts';
import { toolWords } from './tools.ts';
import type { Words } from './words.ts';

export function approvalOf(
  id: string,
  { tool_name: tool = 'a tool', tool_input: input = {} }: HookPayload,
  words: Words,
): ApprovalRequest {
  if (tool === 'AskUserQuestion') return question(id, input, words);
  const title = toolWords(tool, words)?.asks ?? tool;
  const diff = diffOf(tool, input);
  const detail = detailOf(tool, input);
  return {
    ...{ id, title, kind: 'permission' },
    options: [
      { id: 'allow', label: words.options.allow },
      { id: DENY, label: words.options.deny },
    ],
    ...(detail === null ? {} : { detail: bounded(detail) }),
    ...(diff === null ? {} : { diff: bounded(diff) }),
  };
}

function question(id: string, input: Record<string, unknown>, words: Words): ApprovalRequest {
  const asked = Array.isArray(input.questions) ? input.questions : [];
  const questions = asked.map((one) => ({
    question: text(one?.question) ?? '',
    several: one?.multiSelect === true,
    options: (Array.isArray(one?.options) ? one.options : []).map((option: Record<string, unknown>) => ({
      label: text(option?.label) ?? '',
      description: text(option?.description) ?? '',
    })),
  }));
  const title = questions[0]?.question ?? words.question;
  const options = [
    { id: 'answer', label: words.options.answer },
    { id: DENY, label: words.options.noAnswer },
  ];
  return { id, title, kind: 'question', options, questions };
}

function detailOf(tool: string, input: Record<string, unknown>): string | null {
  const known = text(input.command) ?? text(input.file_path) ?? text(input.notebook_path) ?? text(input.url);
  if (known !== null) return known;
  return Object.keys(input).length === 0 ? null : `${tool} ${JSON.stringify(input)}`;
}

/** What would be taken away, and what would be put there. */
function diffOf(tool: string, input: Record<string, unknown>): string | null {
  if (tool === 'Write') return marked('+', text(input.content) ?? '');
  if (tool !== 'Edit') return null;
  return [marked('-', text(input.old_string) ?? ''), marked('+', text(input.new_string) ?? '')]
    .filter(Boolean)
    .join('\n');
}

function marked(mark: string, block: string): string {
  return block === '' ? '' : block.replace(/\n$/, '').replace(/^/gm, mark);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function bounded(block: string): string {
  return block.length > MAX_LENGTH ? `${block.slice(0, MAX_LENGTH)}\n…` : block;
}

// More than a person reads before they decide, and little to send.
const MAX_LENGTH = 20_000;
