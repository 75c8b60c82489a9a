/** What an agent of any maker says of its tools, in the names and words that the host uses for all. */
import type { ToolKind } from '../../../transport/acp.ts';
import { toolWords } from '../claude/tools.ts';
import { type ToolWords, type Words, wordsOf } from '../claude/words.ts';

/** What is known of a call of a tool: its updates tell only what has changed. */
export interface ToolCall {
  kind: ToolKind | null;
  /** The tool's own name, where the agent tells it. */
  name: string | null;
  input: Record<string, unknown> | null;
  content: unknown;
  title: string | null;
}

export const NO_CALL: ToolCall = { kind: null, name: null, input: null, content: null, title: null };

interface CallUpdate {
  kind?: ToolKind | null;
  name?: string | null;
  title?: string | null;
  rawInput?: unknown;
  content?: unknown;
  _meta?: Record<string, unknown> | null;
}

export function withUpdate(call: ToolCall, update: CallUpdate): ToolCall {
  return {
    kind: update.kind ?? call.kind,
    name: update.name ?? claudeName(update._meta) ?? call.name,
    title: update.title ?? call.title,
    input: recordOf(update.rawInput) ?? call.input,
    content: update.content ?? call.content,
  };
}

/**
 * The name by which the host's policy knows the tool. A name of Claude Code's or of an MCP server says most; else it is
 * Claude Code's name for tools of this kind, so that one rule holds for every agent. Undefined matches every rule.
 */
export function policyName({ kind, name }: ToolCall): string | undefined {
  const known = name === null ? undefined : KNOWN.get(name.toLowerCase());
  if (known !== undefined) return known;
  if (name?.startsWith('mcp__')) return name;
  const byKind = kind === null ? undefined : BY_KIND[kind];
  return byKind ?? undefined;
}

/** Never its command, its files or its results. Null for what is not shown. */
export function wordsOfCall(call: ToolCall, words: Words): ToolWords | null {
  if (call.kind === 'think') return null;
  const name = policyName(call) ?? call.name;
  return name === null ? words.otherTool(words.aTool) : toolWords(name, words);
}

/** The whole input as far as the agent tells it: a person may only allow what they see. */
export function inputOf({ input, content, title }: ToolCall): Record<string, unknown> {
  const shown = input !== null && Object.keys(input).length > 0 ? input : {};
  const changes = Array.isArray(content) ? content.flatMap(changeOf) : [];
  if (Object.keys(shown).length > 0) return changes.length > 0 && !hasChange(shown) ? { ...shown, changes } : shown;
  return { ...(title !== null && { description: title }), ...(changes.length > 0 && { changes }) };
}

function changeOf(item: unknown): object[] {
  const { type, path, oldText, newText } = recordOf(item) ?? {};
  return type === 'diff' ? [{ file_path: path, old_string: oldText ?? '', new_string: newText ?? '' }] : [];
}

function hasChange(input: Record<string, unknown>): boolean {
  return ['new_string', 'content', 'newString', 'diff', 'edits', 'patch'].some((name) => Object.hasOwn(input, name));
}

function claudeName(meta: Record<string, unknown> | null | undefined): string | null {
  const name = recordOf(meta?.claudeCode)?.toolName;
  return typeof name === 'string' ? name : null;
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

const KNOWN = new Map(Object.keys(wordsOf('en').tools).map((name) => [name.toLowerCase(), name]));

const BY_KIND: Partial<Record<ToolKind, string>> = {
  read: 'Read',
  edit: 'Edit',
  delete: 'Edit',
  move: 'Edit',
  search: 'Grep',
  execute: 'Bash',
  fetch: 'WebFetch',
  switch_mode: 'ExitPlanMode',
};
