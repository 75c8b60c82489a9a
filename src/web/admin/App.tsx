/** From sign-in to the dashboard: who is there, in which language, and whether it is for them. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { Me } from '../../contract/api.ts';
import { chooseLocale, LOCALE_KEY, languageOf } from '../locales/choose.ts';
import { createCall, isShutOut, isSignedOut } from '../request.ts';
import type { Memory } from '../storage.ts';
import { createLive } from './data/live.ts';
import type { Words } from './locales/en.ts';
import { loadWords } from './locales/load.ts';
import { Shell } from './Shell.tsx';

export function App({ code, kept }: { code: string | null; kept: Memory }) {
  const [me, setMe] = useState<Me | null>(null);
  const [screen, setScreen] = useState<'starting' | 'unreachable' | 'signed-out'>('starting');
  const [problem, setProblem] = useState<unknown>(null);
  const [chosen, setChosen] = useState(() => kept.getItem(LOCALE_KEY));
  const locale = chooseLocale({
    chosen,
    account: me?.user.locale ?? null,
    query: new URLSearchParams(location.search).get('lang'),
    browser: navigator.languages,
  });
  const words = useWords(locale);
  const current = useRef(locale);
  current.current = locale;
  const call = useMemo(() => createCall(() => current.current, window.fetch.bind(window)), []);
  const live = useMemo(
    () => createLive({ open: () => new EventSource('/api/admin/events'), random: () => Math.random() }),
    [],
  );

  const signOut = (because?: unknown) => {
    if (isShutOut(because)) setProblem(because);
    setMe(null);
    setScreen('signed-out');
  };

  /** Asks who is there until something answers. */
  const identify = async (attempt = 0): Promise<void> => {
    try {
      setMe((await call('GET', '/api/me')).json as Me);
      setProblem(null);
    } catch (error) {
      if (isSignedOut(error) || isShutOut(error)) return signOut(error);
      setScreen('unreachable');
      await new Promise((resolve) => window.setTimeout(resolve, Math.min(MAX_PAUSE_MS, 1000 * 2 ** attempt)));
      return identify(attempt + 1);
    }
  };

  const signIn = async (withCode: string) => {
    setScreen('starting');
    try {
      await call('POST', '/api/auth/code', { body: { code: withCode } });
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
    await identify();
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the start; the code works once
  useEffect(() => {
    if (code === null) identify();
    else signIn(code);
  }, []);

  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  if (screen === 'signed-out' && me === null) {
    return (
      <Suspense fallback={null}>
        <SignInHere locale={locale} problem={problem} onCode={signIn} />
      </Suspense>
    );
  }
  if (me === null || words === null) {
    return (
      <main className="app-wait">
        <p role="status">{screen === 'unreachable' ? words?.unreachable : ''}</p>
      </main>
    );
  }
  const chooseLanguage = (language: string) => {
    kept.setItem(LOCALE_KEY, language);
    setChosen(language);
  };
  return (
    <Shell
      {...{ w: words, locale, me, call, live, kept }}
      onLanguage={chooseLanguage}
      // Signed out, shut out, or no admin any more: who one is says which.
      onTurnedAway={identify}
      onSignOut={async () => {
        await call('POST', '/api/auth/sign-out', { body: {} }).catch(() => undefined);
        signOut();
      }}
    />
  );
}

/** Those of the language before stay until the new ones are there. */
function useWords(locale: string): Words | null {
  const [words, setWords] = useState<Words | null>(null);
  const language = languageOf(locale);
  useEffect(() => {
    let left = false;
    loadWords(language).then(
      (loaded) => !left && setWords(loaded),
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [language]);
  return words;
}

const SignInHere = lazy(() => import('./SignInHere.tsx').then((module) => ({ default: module.SignInHere })));

const MAX_PAUSE_MS = 15_000;
