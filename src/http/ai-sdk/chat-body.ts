/** What the AI SDK's `DefaultChatTransport` sends. */
import { z } from 'zod';
import type { Said } from '../edge/hand-over.ts';
import { type InlineFile, inlineFile, refuseFile } from '../edge/inline-files.ts';
import { lastAsked } from '../edge/last-asked.ts';
import { requireQuestion } from '../edge/require-question.ts';

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
  files: InlineFile[];
  messageId: string | undefined;
  before: Said[];
} {
  const last = messages.length - 1;
  const asked = lastAsked(messages, 'the last message has to be the user’s, or to bring the decision of an approval');
  const param = `messages[${last}].parts`;
  const files = asked.parts.flatMap((one, at) => (FILES.has(one.type) ? [fileOf(one, `${param}[${at}]`)] : []));
  const before = messages.slice(0, -1).flatMap(({ role, parts }): Said[] => {
    const as = role === 'system' ? 'instructions' : role === 'user' || role === 'assistant' ? role : undefined;
    const text = textOf(parts);
    return as === undefined || text.trim() === '' ? [] : [{ role: as, text }];
  });
  return { question: requireQuestion(textOf(asked.parts), files, param), files, messageId: asked.id, before };
}

type Part = z.infer<typeof part>;

/** Other parts are what an application tells its own pages. */
function textOf(parts: readonly Part[]): string {
  return parts.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : [])).join('\n');
}

/** @throws FieldError */
function fileOf({ url, mediaType, filename }: Part, param: string): InlineFile {
  if (typeof url !== 'string' || url === '') throw refuseFile(param, 'has no url with its content, data:TYPE;base64,…');
  const isImage = typeof mediaType === 'string' && /^image(?:\/|$)/.test(mediaType);
  // In other protocols a text without a scheme is base64 alone; here it would be an address beside the page's.
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(url.slice(0, 40)))
    throw refuseFile(param, 'its url has to be data:TYPE;base64,…');
  return inlineFile({ param, name: typeof filename === 'string' ? filename : undefined, isImage, data: url });
}

const FILES = new Set(['file', 'reasoning-file']);
