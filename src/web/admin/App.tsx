/** From sign-in to the dashboard: who is there, in which language, and whether it is for them. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { createApi } from '../chat/api.ts';
import { download } from '../download.ts';
import { openEventStream, type StreamHandlers } from '../event-stream.ts';
import { chooseLocale, LOCALE_KEY, languageOf } from '../locales/choose.ts';
import { createProxySignIn } from '../proxy-sign-in.ts';
import { createCall, createSend } from '../request.ts';
import { SignInAgain } from '../SignInAgain.tsx';
import { createSessionKey, withSessionKey } from '../session-key.ts';
import type { Memory } from '../storage.ts';
import { useSession } from '../useSession.ts';
import { createLive } from './data/live.ts';
import type { Words } from './locales/en.ts';
import { loadWords } from './locales/load.ts';
import { Shell } from './Shell.tsx';

export function App({ code, kept }: { code: string | null; kept: Memory }) {
  const [chosen, setChosen] = useState(() => kept.getItem(LOCALE_KEY));
  const current = useRef('en');
  const gateway = useMemo(() => reachGateway(kept, () => current.current), [kept]);
  const { api, sessionKey } = gateway;
  const session = useSession({ api, sessionKey, code });
  const { me, screen, problem, ended, replacement } = session;
  const locale = chooseLocale({
    chosen,
    account: me?.user.locale ?? null,
    query: new URLSearchParams(location.search).get('lang'),
    browser: navigator.languages,
  });
  const words = useWords(locale);
  current.current = locale;

  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  const chooseLanguage = (language: string) => {
    kept.setItem(LOCALE_KEY, language);
    setChosen(language);
  };
  const page = () => {
    if (screen === 'signed-out' && me === null) {
      return (
        <Suspense fallback={null}>
          <SignInHere {...{ locale, api, problem, ended }} onCode={session.signIn} />
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
    const { call, live, follow, save } = gateway;
    return (
      <Shell
        // Another person is another visit.
        key={me.user.id}
        {...{ w: words, locale, me, call, live, follow, save, kept }}
        onLanguage={chooseLanguage}
        // Signed out, shut out, or no admin any more: who one is says which.
        onTurnedAway={session.identify}
        onSignOut={session.signOut}
      />
    );
  };
  return (
    <>
      {page()}
      <SignInAgain proxySignIn={gateway.proxySignIn} />
      {replacement !== null && (
        <Suspense>
          <ReplaceDialog {...{ locale, replacement }} onStay={session.stay} onReplace={session.replace} />
        </Suspense>
      )}
    </>
  );
}

/** All ways from this page to the gateway, for the page's life. `locale` is read at each call. */
function reachGateway(kept: Memory, locale: () => string) {
  const sessionKey = createSessionKey(kept);
  const proxySignIn = createProxySignIn();
  const fetch = proxySignIn.watch(withSessionKey(sessionKey, window.fetch.bind(window), location.origin));
  const follow = (path: string, handlers: StreamHandlers) => openEventStream(fetch, path, handlers);
  return {
    sessionKey,
    proxySignIn,
    follow,
    api: createApi(locale, fetch),
    call: createCall(locale, fetch),
    save: (path: string) => download(createSend(locale, fetch), path),
    live: createLive({
      open: (handlers) => follow('/api/admin/events', handlers),
      now: () => Date.now(),
      random: () => Math.random(),
    }),
  };
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

const ReplaceDialog = lazy(() => import('../chat/ReplaceDialog.tsx'));
