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
  },
  de: {
    updated: 'Paliadin wurde aktualisiert',
    updatedText: 'Laden Sie die Seite neu, dann geht es weiter. Was Sie geschrieben haben, bleibt erhalten.',
    broken: 'Diese Seite kommt nicht weiter',
    brokenText: 'Etwas darin ist fehlgeschlagen. Laden Sie sie neu; was Sie geschrieben haben, bleibt erhalten.',
    reload: 'Neu laden',
  },
};

interface BoundaryWords {
  updated: string;
  updatedText: string;
  broken: string;
  brokenText: string;
  reload: string;
}

/** In the language of the page as it stands: whatever else knows it may be what failed. */
export function boundaryWords(): BoundaryWords {
  return words[languageOf(document.documentElement.lang)];
}
