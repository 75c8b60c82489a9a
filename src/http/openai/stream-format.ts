/** Server-sent events as OpenAI's clients read them: `data` alone, or with the event's type. */

import { problemOfEnding } from '../edge/problem.ts';
import type { StreamFormat } from '../sse.ts';
import { toOpenAiError } from './errors.ts';

export const DONE = Symbol('done');

/** Chat: `data` alone, and `[DONE]`. */
export function chatFormat(locale: string): StreamFormat<object | typeof DONE> {
  return {
    opening: ': paliadin\n\n',
    write: (value) => `data: ${value === DONE ? '[DONE]' : JSON.stringify(value)}\n\n`,
    ending: (reason) => `data: ${JSON.stringify(toOpenAiError(problemOfEnding(reason, locale)))}\n\n`,
  };
}

/** Responses: each with its type. */
export function responsesFormat(locale: string): StreamFormat<{ type: string }> {
  return {
    opening: ': paliadin\n\n',
    write: (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
    ending: (reason) => {
      const { error } = toOpenAiError(problemOfEnding(reason, locale));
      const event = { type: 'error', code: error.code, message: error.message, param: null, sequence_number: -1 };
      return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
    },
  };
}
