/** What any of our pages says where it can't go on. */
import type { Language } from '../../contract/locales/locale.ts';
import { languageOf } from './choose.ts';

const words: Record<Language, BoundaryWords> = {
  en: {
    updated: 'Paliadin was updated',
    updatedText: 'Reload this page to go on. What you have written is kept.',
    broken: 'This page can’t go on',
    brokenText: 'Something in it failed. Reload it; what you have written is kept.',
    reload: 'Reload',
    signInEnded: 'Your sign-in has ended.',
    signInEndedText: 'Sign in again to go on. What you have written is kept.',
    signInAgain: 'Sign in again',
  },
  de: {
    updated: 'Paliadin wurde aktualisiert',
    updatedText: 'Bitte die Seite neu laden, dann geht es weiter. Was geschrieben ist, bleibt erhalten.',
    broken: 'Diese Seite kommt nicht weiter',
    brokenText: 'Etwas darin ist fehlgeschlagen. Bitte neu laden; was geschrieben ist, bleibt erhalten.',
    reload: 'Neu laden',
    signInEnded: 'Die Anmeldung ist abgelaufen.',
    signInEndedText: 'Bitte erneut anmelden, dann geht es weiter. Was geschrieben ist, bleibt erhalten.',
    signInAgain: 'Erneut anmelden',
  },
};

interface BoundaryWords {
  updated: string;
  updatedText: string;
  broken: string;
  brokenText: string;
  reload: string;
  signInEnded: string;
  signInEndedText: string;
  signInAgain: string;
}

/** In the language of the page as it stands: whatever else knows it may be what failed. */
export function boundaryWords(locale = document.documentElement.lang): BoundaryWords {
  return words[languageOf(locale)];
}
