/** The messages of a request, in the form in which both of OpenAI's protocols can be handled. */
import { z } from 'zod';
import type { Said } from '../edge/hand-over.ts';
import { FieldError } from '../edge/problem.ts';

export const contentShape = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish();

/** What is asked, and what was said before it. */
export interface Transcript {
  question: string;
  /** Up to and including the last answer. */
  known: Said[];
  /** Said after the last answer, and before the question. */
  more: Said[];
}

/** @throws FieldError, whose `param` names the message in `field` */
export function toTranscript(
  messages: readonly { role: string; content?: z.infer<typeof contentShape> }[],
  field: string,
): Transcript {
  const last = messages.length - 1;
  if (last < 0) throw new FieldError(field, 'has to hold at least one message', 'message_invalid');
  const asked = messages[last];
  if (asked?.role !== 'user') {
    throw new FieldError(
      `${field}[${last}]`,
      `the last message has to be the user’s; this one is of ${JSON.stringify(asked?.role.slice(0, 40))}. The agent uses ` +
        'its own tools, and takes no results of others',
      'message_invalid',
    );
  }
  const question = textOf(asked.content, `${field}[${last}].content`, true);
  if (question.trim() === '') throw new FieldError(`${field}[${last}].content`, 'is empty', 'message_invalid');
  const before = messages.slice(0, -1).flatMap(({ role, content }, at): Said[] => {
    const text = textOf(content, `${field}[${at}].content`, false);
    const as = ROLES[role];
    return as === undefined || text.trim() === '' ? [] : [{ role: as, text }];
  });
  const answered = before.findLastIndex(({ role }) => role === 'assistant') + 1;
  return { question, known: before.slice(0, answered), more: before.slice(answered) };
}

const ROLES: Record<string, Said['role']> = {
  system: 'instructions',
  developer: 'instructions',
  user: 'user',
  assistant: 'assistant',
};

/** `whole`: a part that is not text is refused; in earlier messages it is left out. */
function textOf(content: z.infer<typeof contentShape>, param: string, whole: boolean): string {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  return content
    .map((part, at) => {
      if (TEXT_PARTS.has(part.type) && typeof part.text === 'string') return part.text;
      if (!whole) return '';
      throw new FieldError(
        `${param}[${at}]`,
        `${JSON.stringify(part.type.slice(0, 40))} is not taken here: a question is text`,
        'message_invalid',
      );
    })
    .join('\n');
}

const TEXT_PARTS = new Set(['text', 'input_text', 'output_text']);
