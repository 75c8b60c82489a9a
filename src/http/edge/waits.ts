/** What a program that can't show an approval tells its user: what the agent waits for, and where to decide. */
import { errorMessage } from '../../contract/locales/locale.ts';
import type { ApprovalRequest } from '../../contract/turn.ts';
import { plainMarkdown } from './plain-markdown.ts';

/** A paragraph of Markdown, with empty lines around it. `url` is that of the chat page. */
export function whereToDecide({ kind, title }: ApprovalRequest, locale: string, url: string): string {
  const text = errorMessage(kind === 'question' ? 'question_waits' : 'approval_waits', locale)
    .replace('{title}', () => plainMarkdown(title))
    .replace('{url}', () => url);
  return `\n\n${MARK}${text}\n\n`;
}

/** An answer as the agent wrote it: without these paragraphs. */
export function withoutWaits(text: string): string {
  return text.includes(MARK) ? text.replace(PARAGRAPH, '') : text;
}

// Seldom in an answer, so that the paragraph is found again in what a client sends back.
const MARK = '> ⏸ ';
// A client may have trimmed the text.
const PARAGRAPH = /(?:\n\n|^)> ⏸ [^\n]*(?:\n\n|$)/g;
