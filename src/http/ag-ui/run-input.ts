/** `RunAgentInput` of AG-UI 1.0, as far as it is used here. What else clients send has no effect. */
import { z } from 'zod';
import type { Said } from '../edge/hand-over.ts';
import { lastAsked } from '../edge/last-asked.ts';
import { FieldError } from '../edge/problem.ts';

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
export function questionOf({ messages }: RunInput): { question: string; before: Said[] } {
  const last = messages.length - 1;
  const asked = lastAsked(
    messages,
    'the last message has to be the user’s: the agent uses its own tools, and takes no results of others',
  );
  const question = textOf(asked.content, `messages[${last}].content`);
  if (question.trim() === '') throw new FieldError(`messages[${last}].content`, 'is empty', 'message_invalid');
  const before = messages.slice(0, -1).flatMap(({ role, content }): Said[] => {
    const as = ROLES[role];
    const text = textOf(content, null);
    return as === undefined || text.trim() === '' ? [] : [{ role: as, text }];
  });
  return { question, before };
}

const ROLES: Record<string, Said['role']> = {
  system: 'instructions',
  developer: 'instructions',
  user: 'user',
  assistant: 'assistant',
};

/** `param` null: what is not text is left out. @throws FieldError */
function textOf(content: unknown, param: string | null): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { type?: unknown; text?: unknown } | null, at) => {
      if (part?.type === 'text' && typeof part.text === 'string') return part.text;
      if (param === null) return '';
      const type = JSON.stringify(String(part?.type).slice(0, 40));
      throw new FieldError(`${param}[${at}]`, `${type} is not taken here: a question is text`, 'message_invalid');
    })
    .join('\n');
}

/** What the page shows, for the agent. */
export function pageContext({ context }: RunInput): string | undefined {
  const text = (context ?? []).map(({ description, value }) => `${description}: ${value}`).join('\n');
  return text === '' ? undefined : text.slice(0, MAX_CONTEXT);
}

// As in our own API.
const MAX_CONTEXT = 8192;
