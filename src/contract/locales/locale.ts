import { de } from './de.ts';
import { en } from './en.ts';
import type { Messages } from './messages.ts';

/** To add a language, add a file beside this one and its entry here. */
const languages = { en, de } as const;

export type Language = keyof typeof languages;

export const DEFAULT_LANGUAGE: Language = 'en';

/** BCP 47 as people write it: `de`, `de-AT`, `zh-Hant-TW`. */
export const LOCALE_PATTERN = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;

/** The language that serves a locale: `de-AT` → `de`, an unknown one → English. */
export function languageOf(locale: string | null | undefined): Language {
  const primary = locale?.split('-')[0]?.toLowerCase() ?? '';
  return Object.hasOwn(languages, primary) ? (primary as Language) : DEFAULT_LANGUAGE;
}

/** The message for a code, in the language of `locale`; `againInMs` is when the same request may succeed. */
export function errorMessage(code: keyof Messages, locale?: string | null, againInMs?: number | null): string {
  const language = languageOf(locale);
  return languages[language][code].replace('{when}', () => whenAgain(language, againInMs ?? null));
}

/** Without a time of day, which differs where the reader is. */
function whenAgain(language: Language, ms: number | null): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (ms === null) return words.format(1, 'day');
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  return minutes < 120 ? words.format(minutes, 'minute') : words.format(Math.ceil(minutes / 60), 'hour');
}
