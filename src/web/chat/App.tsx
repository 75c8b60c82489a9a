/** From sign-in to the chat: who is there, in which language. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { chooseLocale, LOCALE_KEY, languageOf } from '../locales/choose.ts';
import { messagesOf } from '../locales/locale.ts';
import { createProxySignIn } from '../proxy-sign-in.ts';
import { SignInAgain } from '../SignInAgain.tsx';
import { createSessionKey, withSessionKey } from '../session-key.ts';
import type { Memory } from '../storage.ts';
import { useSession } from '../useSession.ts';
import { createApi } from './api.ts';
import { Chat } from './Chat.tsx';
import './app.css';
import { Fallback } from './ui/Fallback.tsx';

// Who is signed in never sees the one, and hardly ever the other.
const SignIn = lazy(() => import('./SignIn.tsx'));
const ReplaceDialog = lazy(() => import('./ReplaceDialog.tsx'));

/** `kept` outlives the tab, `ofTab` does not. */
export function App({ code, kept, ofTab }: { code: string | null; kept: Memory; ofTab: Memory }) {
  const [chosen, setChosen] = useState(() => kept.getItem(LOCALE_KEY));
  const current = useRef('en');
  // For the page's life; the language is read at each call.
  const { api, sessionKey, proxySignIn } = useMemo(() => {
    const sessionKey = createSessionKey(kept);
    const proxySignIn = createProxySignIn();
    const fetch = proxySignIn.watch(withSessionKey(sessionKey, window.fetch.bind(window), location.origin));
    return { sessionKey, proxySignIn, api: createApi(() => current.current, fetch) };
  }, [kept]);
  const session = useSession({ api, sessionKey, code });
  const { me, screen, problem, ended, replacement } = session;
  const locale = chooseLocale({
    chosen,
    account: me?.user.locale ?? null,
    query: new URLSearchParams(location.search).get('lang'),
    browser: navigator.languages,
  });
  current.current = locale;
  const t = messagesOf(locale);

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
    if (me !== null) session.refresh();
  }, [language]);

  const wait = (words: string) => (
    <main className="app-wait">
      <p role="status">{words}</p>
    </main>
  );
  const page = () => {
    if (me !== null) {
      return (
        <Chat
          key={me.user.id}
          {...{ me, api, locale, kept, ofTab }}
          onLanguage={chooseLanguage}
          onSignedOut={session.turnedAway}
          onSignOut={session.signOut}
        />
      );
    }
    if (screen === 'signed-out') {
      return (
        <Fallback with={wait(t.unreachable)}>
          <Suspense fallback={wait('')}>
            <SignIn {...{ t, locale, api, problem, ended }} onCode={session.signIn} />
          </Suspense>
        </Fallback>
      );
    }
    return wait(screen === 'unreachable' ? t.unreachable : code === null ? '' : t.signingIn);
  };
  return (
    <>
      {page()}
      <SignInAgain proxySignIn={proxySignIn} />
      {replacement !== null && (
        <Suspense>
          <ReplaceDialog {...{ locale, replacement }} onStay={session.stay} onReplace={session.replace} />
        </Suspense>
      )}
    </>
  );
}
