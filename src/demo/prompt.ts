/** Parses what was submitted: a prompt from Paliadin with its envelope, or one typed by hand. */
import { parseEnvelope } from '../contract/envelope.ts';
import type { Language } from './answers/turn.ts';

export interface Prompt {
  turnId: string | null;
  replyFile: string | null;
  page: string | null;
  language: Language;
  /** Everything but the envelope. */
  message: string;
  /** The message without the page's context that is quoted below it. */
  asked: string;
}

export function readPrompt(text: string, ownLocale: string): Prompt {
  const { envelope, message } = parseEnvelope(text) ?? { envelope: null, message: text };
  const context = message.lastIndexOf(CONTEXT);
  return {
    turnId: envelope?.turnId ?? null,
    replyFile: envelope?.replyFile ?? null,
    page: envelope?.pageOrigin ?? null,
    language: languageOf(envelope === null ? ownLocale : (envelope.locale ?? '')),
    message,
    asked: context < 0 ? message : message.slice(0, context),
  };
}

function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en';
}

/** The heading of the page's context in a prompt. */
const CONTEXT = '\n\nFrom the page, not from the person:\n> ';
