/** The chat: header, conversation, box. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messagesOf } from '../locales/locale.ts';
import './chat.css';
import { Composer } from './Composer.tsx';
import { Conversation } from './Conversation.tsx';
import type { AskMore } from './controller.ts';
import { FilesContext } from './files/context.ts';
import { useDrop } from './files/useDrop.ts';
import { useFiles } from './files/useFiles.ts';
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
  onLanguage(language: string): void;
  onSignOut(): void;
}

export function Chat(props: ChatProps) {
  const { me, api, locale, kept } = props;
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
  const limits = me.limits.attachments;
  const files = useFiles({ api, limits, t, locale, announce: setSaid });
  const takesFiles = me.canAsk && limits.count > 0;
  const isDragged = useDrop(takesFiles ? files.add : null);

  const focusBox = useCallback(() => box.current?.focus(), []);
  const toBox = useCallback(() => {
    if (window.matchMedia('(pointer: fine)').matches) focusBox();
  }, [focusBox]);
  const { appOrigins } = me;
  const context = useMemo(() => ({ t, locale, appOrigins, announce: setSaid, toBox }), [t, locale, appOrigins, toBox]);
  const ask = useCallback(
    (question: string, from: string | null, more?: AskMore) => {
      controller.ask(question, from, more);
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
      <FilesContext value={api.attachments.read}>
        <div className="chat">
          <Header
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
              files={takesFiles ? files : null}
              isDragged={isDragged}
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
      </FilesContext>
    </PageContext>
  );
}

const Search = lazy(() => import('./Search.tsx').then(({ Search }) => ({ default: Search })));
