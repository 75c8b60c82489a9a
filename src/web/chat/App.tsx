/** From sign-in to the chat: who is there, in which language. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { Me } from '../../contract/api.ts';
import { chooseLocale, LOCALE_KEY, languageOf } from '../locales/choose.ts';
import { messagesOf } from '../locales/locale.ts';
import { isShutOut, isSignedOut } from '../request.ts';
import type { Memory } from '../storage.ts';
import { type Api, createApi } from './api.ts';
import { Chat } from './Chat.tsx';
import { takeCode } from './sign-in-link.ts';
import './app.css';
import { Fallback } from './ui/Fallback.tsx';

// Who is signed in never sees it.
const SignIn = lazy(() => import('./SignIn.tsx'));

/** `kept` outlives the tab, `ofTab` does not. */
export function App({ code, kept, ofTab }: { code: string | null; kept: Memory; ofTab: Memory }) {
  const [me, setMe] = useState<Me | null>(null);
  const [screen, setScreen] = useState<'starting' | 'unreachable' | 'signed-out'>('starting');
  const [refused, setRefused] = useState<unknown>(null);
  const [chosen, setChosen] = useState(() => kept.getItem(LOCALE_KEY));
  const locale = chooseLocale({
    chosen,
    account: me?.user.locale ?? null,
    query: new URLSearchParams(location.search).get('lang'),
    browser: navigator.languages,
  });
  const t = messagesOf(locale);
  const api = useApi(locale);

  const signOut = (because?: unknown) => {
    if (isShutOut(because)) setRefused(because);
    setMe(null);
    setScreen('signed-out');
  };

  /** Asks who is there until something answers. */
  const identify = async (attempt = 0): Promise<void> => {
    try {
      setMe(await api.me());
      setRefused(null);
    } catch (error) {
      if (isSignedOut(error) || isShutOut(error)) return signOut(error);
      setScreen('unreachable');
      await pause(Math.min(MAX_PAUSE_MS, 1000 * 2 ** attempt));
      return identify(attempt + 1);
    }
  };

  const signIn = async (with_: string) => {
    setScreen('starting');
    try {
      await api.signIn(with_);
      setRefused(null);
    } catch (error) {
      // A used link is no harm to who is signed in already.
      setRefused(error);
    }
    await identify();
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the start; the code works once
  useEffect(() => {
    if (code === null) identify();
    else signIn(code);
    // A link pasted into this tab changes the fragment only and loads nothing.
    const onHash = () => {
      const pasted = takeCode(location, history);
      if (pasted !== null) signIn(pasted);
    };
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);

  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  const chooseLanguage = async (language: string) => {
    kept.setItem(LOCALE_KEY, language);
    setChosen(language);
  };

  // What the server wrote for this person (starters, why not) is in the old language.
  const language = languageOf(locale);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the language changes
  useEffect(() => {
    if (me !== null) api.me().then(setMe, () => undefined);
  }, [language]);

  if (me !== null) {
    return (
      <Chat key={me.user.id} {...{ me, api, locale, kept, ofTab }} onLanguage={chooseLanguage} onSignedOut={signOut} />
    );
  }
  const wait = (words: string) => (
    <main className="app-wait">
      <p role="status">{words}</p>
    </main>
  );
  if (screen === 'signed-out') {
    return (
      <Fallback with={wait(t.unreachable)}>
        <Suspense fallback={wait('')}>
          <SignIn {...{ t, locale, api }} problem={refused} onCode={signIn} />
        </Suspense>
      </Fallback>
    );
  }
  return wait(screen === 'unreachable' ? t.unreachable : code === null ? '' : t.signingIn);
}

/** One API for the page's life, which reads the language at each call. */
function useApi(locale: string): Api {
  const current = useRef(locale);
  current.current = locale;
  return useMemo(() => createApi(() => current.current, window.fetch.bind(window)), []);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}

const MAX_PAUSE_MS = 15_000;
