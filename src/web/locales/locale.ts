/** The words of the chat. A language is added by a file beside this one and its entry here. */
import type { Language } from '../../contract/locales/locale.ts';
import { languageOf } from './choose.ts';
import { de } from './de.ts';
import { en, type Messages } from './en.ts';

/** The server's languages and ours are the same: one that is missing here is a type error. */
const languages: Record<Language, Messages> = { en, de };

export function messagesOf(locale: string): Messages {
  return languages[languageOf(locale)];
}
