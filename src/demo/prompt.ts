/** Parses what was submitted: a prompt from Paliadin with its envelope, or one typed by hand. */
import { FILES_HEADING, filesIn, type PromptFile, parseEnvelope } from '../contract/envelope.ts';
import type { Language } from './answers/turn.ts';

export interface Prompt {
  turnId: string | null;
  replyFile: string | null;
  page: string | null;
  language: Language;
  /** Everything but the envelope. */
  message: string;
  /** The message without what is quoted below it. */
  asked: string;
  /** What came with the question. */
  files: PromptFile[];
}

export function readPrompt(text: string, ownLocale: string): Prompt {
  const { envelope, message } = parseEnvelope(text) ?? { envelope: null, message: text };
  return {
    turnId: envelope?.turnId ?? null,
    replyFile: envelope?.replyFile ?? null,
    page: envelope?.pageOrigin ?? null,
    language: languageOf(envelope === null ? ownLocale : (envelope.locale ?? '')),
    message,
    asked: QUOTED.reduce(withoutQuoted, message),
    files: envelope === null ? [] : filesIn(message),
  };
}

function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en';
}

function withoutQuoted(message: string, heading: string): string {
  const at = message.lastIndexOf(heading);
  return at < 0 ? message : message.slice(0, at);
}

/** The headings of what a prompt quotes, last first. */
const QUOTED = [
  '\n\nFrom the page, not from the person:\n> ',
  '\n\nSaid earlier, in another conversation, and answered there:\n> ',
  `${FILES_HEADING}> /`,
];
