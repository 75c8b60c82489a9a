/** What the sign-in page says. Apart, because whoever is signed in never loads it. */
import type { Language } from '../../contract/locales/locale.ts';

export const signInWords = {
  en: {
    title: 'Sign in',
    fromApplication: 'Open Paliadin from your application: it signs you in.',
    toApplication: 'Open the application',
    byProxy:
      'Whoever comes to this address is signed in on the way. That did not happen here: load the page again, and if that does not help, tell whoever runs Paliadin.',
    reload: 'Load again',
    withLink: 'With a sign-in link',
    link: 'Open the link that Paliadin printed when it was started. It works once, within 15 minutes.',
    another: 'For another link, run in the terminal:',
    refused: 'This link or code is not valid. It has been used already, or it is too old.',
    shutOut: 'You are not let in here at present. Please ask whoever runs Paliadin.',
    ended: 'You are no longer signed in here. Please sign in again.',
    update: 'Paliadin was updated and now protects sign-ins better. Please sign in once more.',
    replaceTitle: (name: string) => `Sign in as ${name} instead?`,
    replaceText: (name: string) =>
      `You are signed in as ${name}. The link that you opened belongs to somebody else. If you stay, it remains unused.`,
    stay: 'Stay signed in',
    replace: 'Switch',
    notReplaced: (name: string) => `The link no longer works. You are still signed in as ${name}.`,
    notReached: 'Paliadin could not be reached. Please try again.',
    close: 'Close',
    field: 'Or paste the link or its code here',
    button: 'Sign in',
  },
  de: {
    title: 'Anmelden',
    fromApplication: 'Bitte Paliadin aus der Anwendung heraus öffnen: Sie meldet dich an.',
    toApplication: 'Zur Anwendung',
    byProxy:
      'Wer diese Adresse aufruft, wird unterwegs angemeldet. Das ist hier nicht geschehen: Bitte die Seite neu laden und, wenn das nicht hilft, dem Betreiber Bescheid geben.',
    reload: 'Neu laden',
    withLink: 'Mit einem Anmeldelink',
    link: 'Bitte den Link öffnen, den Paliadin beim Start ausgegeben hat. Er gilt einmal, 15 Minuten lang.',
    another: 'Einen neuen Link gibt im Terminal aus:',
    refused: 'Dieser Link oder Code gilt nicht. Er wurde schon benutzt oder ist zu alt.',
    shutOut: 'Der Zugang ist zurzeit gesperrt. Bitte beim Betreiber nachfragen.',
    ended: 'Du bist hier nicht mehr angemeldet. Bitte melde dich erneut an.',
    update: 'Paliadin wurde aktualisiert und schützt Anmeldungen jetzt besser. Bitte melde dich noch einmal an.',
    replaceTitle: (name: string) => `Stattdessen als ${name} anmelden?`,
    replaceText: (name: string) =>
      `Du bist als ${name} angemeldet. Der geöffnete Link gehört jemand anderem. Wenn du angemeldet bleibst, wird er nicht verbraucht.`,
    stay: 'Angemeldet bleiben',
    replace: 'Wechseln',
    notReplaced: (name: string) => `Der Link gilt nicht mehr. Du bist weiterhin als ${name} angemeldet.`,
    notReached: 'Paliadin ist nicht erreichbar. Bitte noch einmal versuchen.',
    close: 'Schließen',
    field: 'Oder den Link oder seinen Code hier einfügen',
    button: 'Anmelden',
  },
} satisfies Record<Language, Record<string, string | ((name: string) => string)>>;
