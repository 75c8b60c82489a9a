/** What Claude Code asks leave for, as plain text that a person can judge. */
import { type ApprovalRequest, DENY } from '../../../contract/turn.ts';
import type { HookPayload } from './payload.ts';
import { toolTitle } from './tools.ts';

export function approvalOf(
  id: string,
  { tool_name: tool = 'a tool', tool_input: input = {} }: HookPayload,
): ApprovalRequest {
  if (tool === 'AskUserQuestion') return question(id, input);
  const title = toolTitle(tool) ?? tool;
  const diff = diffOf(tool, input);
  const detail = detailOf(tool, input);
  return {
    ...{ id, title, kind: 'permission', options: OPTIONS },
    ...(detail === null ? {} : { detail: bounded(detail) }),
    ...(diff === null ? {} : { diff: bounded(diff) }),
  };
}

function question(id: string, input: Record<string, unknown>): ApprovalRequest {
  const asked = Array.isArray(input.questions) ? input.questions : [];
  const questions = asked.map((one) => ({
    question: text(one?.question) ?? '',
    several: one?.multiSelect === true,
    options: (Array.isArray(one?.options) ? one.options : []).map((option: Record<string, unknown>) => ({
      label: text(option?.label) ?? '',
      description: text(option?.description) ?? '',
    })),
  }));
  const title = questions[0]?.question ?? 'A question';
  return { id, title, kind: 'question', options: ANSWER, questions };
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

const ANSWER = [
  { id: 'answer', label: 'Answer' },
  { id: DENY, label: 'No answer' },
];

const OPTIONS = [
  { id: 'allow', label: 'Allow once' },
  { id: DENY, label: 'Deny' },
];

// More than a person reads before they decide, and little to send.
const MAX_LENGTH = 20_000;
