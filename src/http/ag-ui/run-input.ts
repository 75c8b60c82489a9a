/** `RunAgentInput` of AG-UI 1.0, as far as it is used here. What else clients send has no effect. */
import { z } from 'zod';
import type { Said } from '../edge/hand-over.ts';
import type { InlineFile } from '../edge/inline-files.ts';
import { lastAsked } from '../edge/last-asked.ts';
import { requireQuestion } from '../edge/require-question.ts';
import { type ContentPart, contentPart, fileOf } from './file-parts.ts';

const id = z.string().min(1).max(200);

export const runInput = z.looseObject({
  threadId: id,
  runId: id,
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.unknown().optional(),
    }),
  ),
  context: z.array(z.looseObject({ description: z.string(), value: z.string() })).nullish(),
  resume: z
    .array(
      z.looseObject({
        interruptId: z.string().max(200),
        status: z.enum(['resolved', 'cancelled']),
        payload: z.unknown().optional(),
      }),
    )
    .nullish(),
});

export type RunInput = z.infer<typeof runInput>;

/** @throws FieldError */
export function questionOf({ messages }: RunInput): { question: string; files: InlineFile[]; before: Said[] } {
  const asked = lastAsked(
    messages,
    'the last message has to be the user’s: the agent uses its own tools, and takes no results of others',
  );
  const before = messages.slice(0, -1).flatMap(({ role, content }): Said[] => {
    const as = ROLES[role];
    const text = partsOf(content).map(textOf).join('\n');
    return as === undefined || text.trim() === '' ? [] : [{ role: as, text }];
  });
  return { ...toQuestion(partsOf(asked.content), `messages[${messages.length - 1}].content`), before };
}

const ROLES: Record<string, Said['role']> = {
  system: 'instructions',
  developer: 'instructions',
  user: 'user',
  assistant: 'assistant',
};

/** @throws FieldError */
function toQuestion(parts: readonly ContentPart[], param: string): { question: string; files: InlineFile[] } {
  const files = parts.flatMap((part, at) => (isText(part) ? [] : [fileOf(part, `${param}[${at}]`)]));
  return { question: requireQuestion(parts.filter(isText).map(textOf).join('\n'), files, param), files };
}

function partsOf(content: unknown): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.map((part: unknown) => contentPart.parse(part));
}

function isText({ type, text }: ContentPart): boolean {
  return type === 'text' && typeof text === 'string';
}

function textOf(part: ContentPart): string {
  return isText(part) ? String(part.text) : '';
}

/** What the page shows, for the agent. */
export function pageContext({ context }: RunInput): string | undefined {
  const text = (context ?? []).map(({ description, value }) => `${description}: ${value}`).join('\n');
  return text === '' ? undefined : text.slice(0, MAX_CONTEXT);
}

// As in our own API.
const MAX_CONTEXT = 8192;
