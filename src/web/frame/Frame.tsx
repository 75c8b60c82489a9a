/** The chat in an application's page: from the application's token to the conversation. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { isShutOut, Refusal } from '../../client/request.ts';
import type { Me } from '../../contract/api.ts';
import { backoff } from '../../contract/backoff.ts';
import { createApi } from '../chat/api.ts';
import { Conversations } from '../chat/conversations/Conversations.tsx';
import { chooseLocale, LOCALE_KEY, languageOf } from '../locales/choose.ts';
import { frameWords } from '../locales/frame.ts';
import { memory } from '../storage.ts';
import { createBearerFetch } from './bearer.ts';
import type { HostPage } from './host-page.ts';
import { comesBack } from './last-visit.ts';
import { Notice } from './Notice.tsx';
import { useAround } from './useAround.ts';

type State =
  | { at: 'starting' }
  | { at: 'in'; me: Me }
  | { at: 'signed-out' | 'disabled' | 'unreachable' }
  | { at: 'refused'; detail: string };

export interface FrameProps {
  page: HostPage;
  /** Somebody else is signed in in the application now. */
  onOver(): void;
  /** The application signs its person out. */
  onShutdown(): void;
}

/** For one person: whoever comes after them gets another. */
export function Frame({ page, onOver, onShutdown }: FrameProps) {
  const [state, setState] = useState<State>({ at: 'starting' });
  const kept = useMemo(() => memory(() => sessionStorage), []);
  const [chosen, setChosen] = useState(() => kept.getItem(LOCALE_KEY));
  const locale = useRef('en');
  const { signOut, api } = useMemo(() => {
    const bearer = createBearerFetch({
      token: page.token,
      fetch: (path, init) => window.fetch(path, { ...init, credentials: 'omit' }),
      onOtherPerson: () => {
        forget();
        onOver();
      },
      onNobody: (error) => {
        setState({ at: 'signed-out' });
        page.send('out', { status: error.status });
      },
      now: () => Date.now(),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    const api = createApi(() => locale.current, bearer.fetch, { onEnded: bearer.drop });
    return { signOut: bearer.signOut, api: { ...api, signOut: async () => bearer.signOut() } };
  }, [page, onOver]);
  const around = useAround(page, kept, () => {
    signOut();
    forget();
    onShutdown();
  });
  const me = state.at === 'in' ? state.me : null;
  const attribute = page.attributes.locale;
  locale.current = chooseLocale({
    chosen,
    account: typeof attribute === 'string' ? attribute : null,
    query: me?.user.locale ?? null,
    browser: navigator.languages,
  });

  const turnAway = (error: unknown) => {
    if (isShutOut(error)) return setState({ at: 'disabled' });
    if (error instanceof Refusal && error.status === 401) {
      return setState({ at: 'refused', detail: error.body.detail ?? error.body.message });
    }
    setState((before) => (before.at === 'signed-out' ? before : { at: 'unreachable' }));
  };
  const isBack = useRef(false);
  const enter = async () => {
    try {
      const me = await api.me();
      isBack.current = comesBack(kept, me.user.id, forget);
      setState({ at: 'in', me });
    } catch (error) {
      turnAway(error);
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the start
  useEffect(() => void enter(), [api]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is known who is there
  useEffect(() => {
    if (state.at !== 'starting' && state.at !== 'unreachable') around.settle(state.at === 'in' && isBack.current);
  }, [state.at]);
  const failures = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it could not be reached once more
  useEffect(() => {
    if (state.at !== 'unreachable') return;
    const timer = setTimeout(enter, backoff(++failures.current, PAUSES));
    return () => clearTimeout(timer);
  }, [state]);
  // Who comes back may have signed in meanwhile.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is opened
  useEffect(() => {
    if (['signed-out', 'disabled', 'refused'].includes(state.at)) void enter();
  }, [around.times]);

  const language = languageOf(locale.current);
  useEffect(() => {
    document.documentElement.lang = locale.current;
  });
  // What the gateway wrote for this person is in the language of before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the language changes
  useEffect(() => {
    if (me !== null)
      api.me().then(
        (fresh) => setState({ at: 'in', me: fresh }),
        () => undefined,
      );
  }, [language]);

  const words = frameWords[language];
  const notice = { close: around.close, closeLabel: words.close };
  switch (state.at) {
    case 'starting':
      return <main className="app-wait" aria-busy="true" />;
    case 'in':
      return (
        <Conversations
          key={state.me.user.id}
          me={state.me}
          api={api}
          locale={locale.current}
          kept={kept}
          around={around}
          onLanguage={(next) => {
            kept.setItem(LOCALE_KEY, next);
            setChosen(next);
          }}
          onSignedOut={turnAway}
          onSignOut={() => undefined}
        />
      );
    case 'refused':
      return <Notice {...notice} title={words.refused} text={words.refusedText} detail={state.detail} />;
    case 'unreachable':
      return <Notice {...notice} title={words.unreachable} text={words.unreachableText} />;
    case 'disabled':
      return <Notice {...notice} title={words.disabled} text={words.disabledText} />;
    case 'signed-out':
      return (
        <Notice
          {...notice}
          title={words.signedOut}
          text={words.signedOutText}
          again={{ label: words.again, run: enter }}
        />
      );
  }
}

/** Drafts, and the name of the chat. */
function forget(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Forbidden: then nothing was kept there.
  }
}

const PAUSES = { firstMs: 1000, maxMs: 15_000 };
