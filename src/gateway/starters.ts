/** Example questions for the empty page. */
import { type Language, languageOf } from '../contract/locales/locale.ts';

/** `setting` is `PALIADIN_STARTERS`: questions with `|` between them. */
export function starters(setting: string | undefined, agent: () => string | null): (locale: string) => string[] {
  const own = setting
    ?.split('|')
    .map((question) => question.trim())
    .filter((question) => question !== '');
  return (locale) => own ?? (agent() === 'demo' ? demo : general)[languageOf(locale)];
}

const general: Record<Language, string[]> = {
  en: ['What can you help me with?'],
  de: ['Wobei kannst du mir helfen?'],
};

const demo: Record<Language, string[]> = {
  en: ['What can you do?', 'Which cases are due this week?', 'demo markdown'],
  de: ['Was kannst du?', 'Welche Akten werden diese Woche fällig?', 'demo markdown'],
};
