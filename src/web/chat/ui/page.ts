/** What every part of the page needs: its words, the reader's locale, and a voice for the status region. */
import { createContext, useContext } from 'react';
import { en, type Messages } from '../../locales/en.ts';

export interface Page {
  t: Messages;
  locale: string;
  /** Of the application: nowhere else do its chips lead. */
  appOrigins: readonly string[];
  /** In a page of the application, which opens its things itself; null elsewhere. */
  entities?: { open(path: string): void; linkTo(path: string): string | null } | null;
  announce(text: string): void;
  /** Puts the focus back where the next question is written; not on a phone, where the keyboard would come up. */
  toBox(): void;
}

export const PageContext = createContext<Page>({
  t: en,
  locale: 'en',
  appOrigins: [],
  announce: () => undefined,
  toBox: () => undefined,
});

export function usePage(): Page {
  return useContext(PageContext);
}
