/** Which language a page speaks, without its words: those of another page are not loaded for it. */
import type { Language } from '../../contract/locales/locale.ts';

/** The server's languages and ours are the same: one that is missing here is a type error. */
const languages: Record<Language, true> = { en: true, de: true };

export const languageList = Object.keys(languages) as Language[];

/** The person's own choice on this page, then the account's, the embedding page's, the browser's. */
export interface LocaleSources {
  chosen: string | null;
  account: string | null;
  query: string | null;
  browser: readonly string[];
}

/** The first wish that we speak, as a BCP 47 tag; English where there is none. */
export function chooseLocale({ chosen, account, query, browser }: LocaleSources): string {
  return [chosen, account, query, ...browser].find((wish) => wish !== null && spoken(wish) !== null) ?? 'en';
}

export function languageOf(locale: string): Language {
  return spoken(locale) ?? 'en';
}

/** Where the choice is kept, for all pages of ours. */
export const LOCALE_KEY = 'paliadin.locale';

function spoken(locale: string): Language | null {
  const primary = locale.split('-')[0]?.toLowerCase() ?? '';
  // Only a well-formed tag may reach `Intl`, which throws on others.
  return Object.hasOwn(languages, primary) && WELL_FORMED.test(locale) ? (primary as Language) : null;
}

const WELL_FORMED = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
