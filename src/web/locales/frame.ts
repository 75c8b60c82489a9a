/** What the chat in an application's page says where it can't be shown. */
import type { Language } from '../../contract/locales/locale.ts';

export const frameWords: Record<Language, FrameWords> = {
  en: {
    signedOut: 'You are not signed in to the application.',
    signedOutText: 'Sign in there, then open the assistant again.',
    disabled: 'Your access to the assistant is disabled.',
    disabledText: 'Please ask whoever runs it.',
    refused: 'The assistant could not be opened.',
    refusedText: 'Please tell whoever runs this application:',
    unreachable: 'The assistant can’t be reached at the moment.',
    unreachableText: 'Trying again…',
    outdated: 'This page is from before an update.',
    outdatedText: 'Please reload it.',
    alone: 'This page belongs into another one.',
    aloneText: 'Open the assistant in your application.',
    again: 'Try again',
    close: 'Close',
  },
  de: {
    signedOut: 'Du bist in der Anwendung nicht angemeldet.',
    signedOutText: 'Bitte dort anmelden und den Assistenten noch einmal öffnen.',
    disabled: 'Dein Zugang zum Assistenten ist gesperrt.',
    disabledText: 'Bitte beim Betreiber nachfragen.',
    refused: 'Der Assistent ließ sich nicht öffnen.',
    refusedText: 'Bitte dem Betreiber dieser Anwendung sagen:',
    unreachable: 'Der Assistent ist zurzeit nicht erreichbar.',
    unreachableText: 'Ein neuer Versuch folgt…',
    outdated: 'Diese Seite ist von vor einer Aktualisierung.',
    outdatedText: 'Bitte neu laden.',
    alone: 'Diese Seite gehört in eine andere.',
    aloneText: 'Bitte den Assistenten in der Anwendung öffnen.',
    again: 'Noch einmal versuchen',
    close: 'Schließen',
  },
};

interface FrameWords {
  signedOut: string;
  signedOutText: string;
  disabled: string;
  disabledText: string;
  refused: string;
  refusedText: string;
  unreachable: string;
  unreachableText: string;
  outdated: string;
  outdatedText: string;
  alone: string;
  aloneText: string;
  again: string;
  close: string;
}
