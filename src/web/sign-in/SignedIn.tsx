/** From sign-in to a page of ours: who is there, and in which language. The same for the chat and the dashboard. */
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { Fetch } from '../../client/request.ts';
import type { Me } from '../../contract/api.ts';
import { type Api, createApi } from '../chat/api.ts';
import { xhrFetch } from '../chat/files/xhr-fetch.ts';
import { Fallback } from '../chat/ui/Fallback.tsx';
import { chooseLocale, LOCALE_KEY, languageOf } from '../locales/choose.ts';
import type { Memory } from '../storage.ts';
import { createProxySignIn } from './proxy-sign-in.ts';
import { SignInAgain } from './SignInAgain.tsx';
import { createSessionKey, withSessionKey } from './session-key.ts';
import type { SignInLink } from './sign-in-link.ts';
import { type Session, useSession } from './useSession.ts';

// Who is signed in never sees the one, and hardly ever the other.
const SignIn = lazy(() => import('./SignIn.tsx'));
const ReplaceDialog = lazy(() => import('./ReplaceDialog.tsx'));

/** For the page's life. */
export interface Gateway {
  /** Says who asks, and sees where an auth proxy before the gateway asks to sign in. */
  fetch: Fetch;
  api: Api;
  /** Read at each call, since a person may switch it. */
  locale(): string;
}

export interface SignedInPage {
  me: Me;
  gateway: Gateway;
  locale: string;
  session: Session;
  onLanguage(language: string): void;
}

export interface SignedInProps {
  /** The link that led here. */
  link: SignInLink | null;
  /** Outlives the tab. */
  kept: Memory;
  page(page: SignedInPage): ReactNode;
  /** What is said while nobody is there yet. */
  wait(state: { locale: string; unreachable: boolean }): ReactNode;
}

export function SignedIn({ link, kept, page, wait }: SignedInProps) {
  const [chosen, setChosen] = useState(() => kept.getItem(LOCALE_KEY));
  const current = useRef('en');
  const { gateway, sessionKey, proxySignIn } = useMemo(() => reachGateway(kept, () => current.current), [kept]);
  const session = useSession({ api: gateway.api, sessionKey, link });
  const { me, screen, problem, ended, replacement } = session;
  const locale = chooseLocale({
    chosen,
    account: me?.user.locale ?? null,
    query: new URLSearchParams(location.search).get('lang'),
    browser: navigator.languages,
  });
  current.current = locale;

  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  // What the server wrote for this person (starters, why not) is in the old language.
  const language = languageOf(locale);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the language changes
  useEffect(() => {
    if (me !== null) session.refresh();
  }, [language]);

  const onLanguage = (language: string) => {
    kept.setItem(LOCALE_KEY, language);
    setChosen(language);
  };

  const shown = () => {
    if (me !== null) return page({ me, gateway, locale, session, onLanguage });
    if (screen !== 'signed-out') return wait({ locale, unreachable: screen === 'unreachable' });
    return (
      <Fallback with={wait({ locale, unreachable: true })}>
        <Suspense fallback={wait({ locale, unreachable: false })}>
          <SignIn locale={locale} api={gateway.api} problem={problem} ended={ended} onLink={session.signIn} />
        </Suspense>
      </Fallback>
    );
  };
  return (
    <>
      {shown()}
      <SignInAgain proxySignIn={proxySignIn} />
      {replacement !== null && (
        <Suspense>
          <ReplaceDialog locale={locale} replacement={replacement} onStay={session.stay} onReplace={session.replace} />
        </Suspense>
      )}
    </>
  );
}

function reachGateway(kept: Memory, locale: () => string) {
  const sessionKey = createSessionKey(kept);
  const proxySignIn = createProxySignIn();
  const fetch = proxySignIn.watch(withSessionKey(sessionKey, window.fetch.bind(window), location.origin));
  const uploading = (onProgress: (share: number) => void) =>
    proxySignIn.watch(withSessionKey(sessionKey, xhrFetch(onProgress), location.origin));
  const gateway: Gateway = { fetch, api: createApi(locale, fetch, { uploading }), locale };
  return { gateway, sessionKey, proxySignIn };
}
