/** What the cards about the application's tools say, in the language of the question. */
import type { FormWords } from '../../contract/form.ts';
import { type Language, languageOf } from '../../contract/locales/locale.ts';

export interface AppToolWords extends FormWords {
  /** What would be done with the person's rights. */
  mayDo(tool: string): string;
  /** The application wants to know something. */
  asks: string;
  /** The last answer was none that the application takes. */
  asksAgain: string;
  allow: string;
  deny: string;
  answer: string;
  noAnswer: string;
}

export function wordsOf(locale: string | null | undefined): AppToolWords {
  return languages[languageOf(locale)];
}

const languages: Record<Language, AppToolWords> = {
  en: {
    mayDo: (tool) => `Do this in the application, in your name: ${tool}?`,
    asks: 'A question of the application',
    asksAgain: 'The application can’t take that answer. Please check it:',
    allow: 'Allow once',
    deny: 'Deny',
    answer: 'Answer',
    noAnswer: 'No answer',
    yes: 'Yes',
    no: 'No',
    leaveOut: 'Leave out',
  },
  de: {
    mayDo: (tool) => `In der Anwendung in deinem Namen ausführen: ${tool}?`,
    asks: 'Eine Frage der Anwendung',
    asksAgain: 'Diese Antwort kann die Anwendung nicht annehmen. Bitte prüfen:',
    allow: 'Einmal erlauben',
    deny: 'Ablehnen',
    answer: 'Antworten',
    noAnswer: 'Keine Antwort',
    yes: 'Ja',
    no: 'Nein',
    leaveOut: 'Weglassen',
  },
};
