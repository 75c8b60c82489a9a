/** The dashboard's words, one language at a time. */
import type { Language } from '../../../contract/locales/locale.ts';
import type { Words } from './en.ts';

/** The server's languages and ours are the same: one that is missing here is a type error. */
const files: Record<Language, () => Promise<Words>> = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
};

export const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch' };

export function loadWords(language: Language): Promise<Words> {
  return files[language]();
}
