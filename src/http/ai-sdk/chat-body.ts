/** What the AI SDK's `DefaultChatTransport` sends. */
import { z } from 'zod';
import type { Said } from '../edge/hand-over.ts';
import { lastAsked } from '../edge/last-asked.ts';
import { FieldError } from '../edge/problem.ts';

const part = z.looseObject({ type: z.string() });

const message = z.looseObject({
  id: z.string().max(200).optional(),
  role: z.string(),
  parts: z.array(part),
});

export const chatBody = z.looseObject({
  id: z.string().min(1).max(200),
  messages: z.array(message),
  trigger: z.enum(['submit-message', 'regenerate-message']).nullish(),
  messageId: z.string().nullish(),
});

export type ChatBody = z.infer<typeof chatBody>;

export interface ChatDecision {
  key: string;
  approved: boolean;
  reason: string | undefined;
  /** The field of the body. */
  param: string;
}

/** The decisions that the last message brings; none where it asks something. */
export function decisionsOf({ messages }: ChatBody): ChatDecision[] {
  const last = messages.length - 1;
  const { role, parts } = messages[last] ?? { role: '', parts: [] };
  if (role !== 'assistant') return [];
  return parts.flatMap((one, at): ChatDecision[] => {
    const { id, approved, reason } = (one.approval ?? {}) as Record<string, unknown>;
    if (one.state !== 'approval-responded' || typeof id !== 'string' || typeof approved !== 'boolean') return [];
    return [
      {
        key: id.slice(0, 200),
        approved,
        reason: typeof reason === 'string' ? reason : undefined,
        param: `messages[${last}].parts[${at}].approval`,
      },
    ];
  });
}

/** @throws FieldError */
export function questionOf({ messages }: ChatBody): {
  question: string;
  messageId: string | undefined;
  before: Said[];
} {
  const last = messages.length - 1;
  const asked = lastAsked(messages, 'the last message has to be the user’s, or to bring the decision of an approval');
  const question = textOf(asked.parts, `messages[${last}].parts`);
  if (question.trim() === '') throw new FieldError(`messages[${last}].parts`, 'has no text', 'message_invalid');
  const before = messages.slice(0, -1).flatMap(({ role, parts }): Said[] => {
    const as = role === 'system' ? 'instructions' : role === 'user' || role === 'assistant' ? role : undefined;
    const text = textOf(parts, null);
    return as === undefined || text.trim() === '' ? [] : [{ role: as, text }];
  });
  return { question, messageId: asked.id, before };
}

/** `param` null: what is not text is left out. @throws FieldError */
function textOf(parts: readonly z.infer<typeof part>[], param: string | null): string {
  return parts
    .map(({ type, text }, at) => {
      if (type === 'text' && typeof text === 'string') return text;
      if (param === null || !REFUSED.has(type)) return '';
      throw new FieldError(
        `${param}[${at}]`,
        `${JSON.stringify(type)} is not taken here: a question is text`,
        'message_invalid',
      );
    })
    .filter((text) => text !== '')
    .join('\n');
}

const REFUSED = new Set(['file', 'reasoning-file']);
