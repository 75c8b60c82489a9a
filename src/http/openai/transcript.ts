/** The messages of a request, in the form in which both of OpenAI's protocols can be handled. */
import { z } from 'zod';
import type { Said } from '../edge/hand-over.ts';
import type { InlineFile } from '../edge/inline-files.ts';
import { FieldError } from '../edge/problem.ts';
import { requireQuestion } from '../edge/require-question.ts';
import { type ContentPart, fileOf } from './file-parts.ts';

export const contentShape = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish();

/** What is asked, and what was said before it. */
export interface Transcript {
  question: string;
  /** Of the question. Those of earlier messages are left out. */
  files: InlineFile[];
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
  const before = messages.slice(0, -1).flatMap(({ role, content }): Said[] => {
    const text = partsOf(content).map(textOf).join('\n');
    const as = ROLES[role];
    // A question may be files alone: it counts where this continues a conversation.
    return as === undefined || (text.trim() === '' && as !== 'user') ? [] : [{ role: as, text }];
  });
  const answered = before.findLastIndex(({ role }) => role === 'assistant') + 1;
  return {
    ...read(partsOf(asked.content), `${field}[${last}].content`),
    known: before.slice(0, answered),
    more: before.slice(answered),
  };
}

const ROLES: Record<string, Said['role']> = {
  system: 'instructions',
  developer: 'instructions',
  user: 'user',
  assistant: 'assistant',
};

/** @throws FieldError for a part that is neither text nor a file */
function read(parts: readonly ContentPart[], param: string): Pick<Transcript, 'question' | 'files'> {
  const files = parts.flatMap((part, at) => (isText(part) ? [] : [fileOf(part, `${param}[${at}]`)]));
  return { question: requireQuestion(parts.filter(isText).map(textOf).join('\n'), files, param), files };
}

function partsOf(content: z.infer<typeof contentShape>): ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}

function isText({ type, text }: ContentPart): boolean {
  return TEXT_PARTS.has(type) && typeof text === 'string';
}

function textOf(part: ContentPart): string {
  return isText(part) ? String(part.text) : '';
}

const TEXT_PARTS = new Set(['text', 'input_text', 'output_text']);
