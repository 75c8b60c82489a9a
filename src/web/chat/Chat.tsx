/** The chat: header, conversation, box. */
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { WhenAway } from '../../contract/turn.ts';
import { messagesOf } from '../locales/locale.ts';
import './chat.css';
import { Composer } from './Composer.tsx';
import { Conversation } from './Conversation.tsx';
import { Header } from './Header.tsx';
import { useAnswerNotice } from './notify.ts';
import { pageOrigin } from './origin.ts';
import { ResetDialog } from './ResetDialog.tsx';
import { StatusLine } from './StatusLine.tsx';
import { activeTurn } from './state.ts';
import { PageContext } from './ui/page.ts';
import { type ControllerProps, useController } from './useController.ts';
import { useEscape } from './useEscape.ts';

export interface ChatProps extends ControllerProps {
  /** What shows the list of conversations; absent where this is the only one. */
  sideBar?: ReactNode;
  /** Shows another conversation. */
  onOpen?(sessionId: string): void;
  onLanguage(language: string): void;
  onSignOut(): void;
}

export function Chat(props: ChatProps) {
  const { me, api, locale, kept, sideBar, onOpen } = props;
  const { controller, state } = useController(props);
  const t = messagesOf(locale);
  const [page, setPage] = useState(() =>
    pageOrigin({ search: location.search, referrer: document.referrer, appOrigins: me.appOrigins }),
  );
  const [asking, setAsking] = useState(false);
  const [searching, setSearching] = useState(false);
  const [said, setSaid] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const busy = state.sending !== null || activeTurn(state) !== null;

  useAnswerNotice(state, kept, t);

  const focusBox = useCallback(() => box.current?.focus(), []);
  const toBox = useCallback(() => {
    if (window.matchMedia('(pointer: fine)').matches) focusBox();
  }, [focusBox]);
  const { appOrigins } = me;
  const context = useMemo(() => ({ t, locale, appOrigins, announce: setSaid, toBox }), [t, locale, appOrigins, toBox]);
  const ask = useCallback(
    (question: string, from: string | null, whenAway?: WhenAway) => {
      controller.ask(question, from, whenAway);
      focusBox();
    },
    [controller, focusBox],
  );
  const stop = useCallback(
    (turnId?: string) => {
      controller.stop(turnId);
      focusBox();
    },
    [controller, focusBox],
  );
  const stopActive = useCallback(() => stop(), [stop]);

  useEscape(busy ? stopActive : null);
  // On a phone the keyboard would cover what the person came to read.
  useEffect(toBox, [toBox]);

  return (
    <PageContext value={context}>
      <div className="chat">
        <Header
          sideBar={sideBar}
          me={me}
          memory={kept}
          canStartOver={me.canAsk && state.turns.some(({ view }) => view.generation === state.generation)}
          onStartOver={() => setAsking(true)}
          onSearch={() => setSearching(true)}
          onLanguage={props.onLanguage}
          onSaveHistory={controller.saveHistory}
          onSignOut={props.onSignOut}
        />
        <main className="chat-main">
          <Conversation state={state} controller={controller} me={me} page={page} onAsk={ask} onStop={stop} />
          <Composer
            ref={box}
            state={state}
            controller={controller}
            me={me}
            page={page}
            onDropPage={() => {
              setPage(null);
              focusBox();
            }}
            onStop={busy ? stopActive : null}
          >
            <StatusLine state={state} said={said} />
          </Composer>
        </main>
        {searching && (
          <Suspense>
            <Search
              api={api}
              onAsk={ask}
              onOpen={onOpen}
              onClose={() => {
                setSearching(false);
                focusBox();
              }}
            />
          </Suspense>
        )}
        {asking && (
          <ResetDialog
            busy={busy}
            onCancel={() => {
              setAsking(false);
              focusBox();
            }}
            onConfirm={() => {
              setAsking(false);
              controller.startOver();
              focusBox();
            }}
          />
        )}
      </div>
    </PageContext>
  );
}

const Search = lazy(() => import('./Search.tsx').then(({ Search }) => ({ default: Search })));
