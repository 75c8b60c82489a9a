/** The chat: header, conversation, box. */
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messagesOf } from '../locales/locale.ts';
import type { Around } from './around.ts';
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
import { useEndedTurns } from './useEndedTurns.ts';
import { useEscape } from './useEscape.ts';

export interface ChatProps extends Omit<ControllerProps, 'context' | 'onChanged'> {
  /** Null on a page of its own. */
  around?: Around | null;
  /** What shows the list of conversations; absent where this is the only one. */
  sideBar?: ReactNode;
  /** Shows another conversation. */
  onOpen?(sessionId: string): void;
  onLanguage(language: string): void;
  onSignOut(): void;
}

export function Chat(props: ChatProps) {
  const { me, api, locale, kept, sideBar, onOpen, around = null } = props;
  // A question that is repeated is about the page of before, of which nothing more is known.
  const context = (page: string | null) => (page === (around?.page ?? null) ? (around?.context ?? null) : null);
  const { controller, state } = useController({ ...props, context, onChanged: (tool) => around?.changed(tool) });
  const t = messagesOf(locale);
  const [from, setFrom] = useState(() =>
    pageOrigin({ search: location.search, referrer: document.referrer, appOrigins: me.appOrigins }),
  );
  const page = around === null ? from : around.page;
  const [asking, setAsking] = useState(false);
  const [searching, setSearching] = useState(false);
  const [said, setSaid] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const busy = state.sending !== null || activeTurn(state) !== null;

  useAnswerNotice(state, kept, t);
  useEndedTurns(state, around?.turnEnded ?? null);
  const limits = me.limits.attachments;
  const files = useFiles({ api, limits, t, locale, announce: setSaid, explain: controller.explain });
  const takesFiles = me.canAsk && limits.count > 0;
  const { noFiles } = t;
  const refuseFiles = useCallback(() => controller.explain(noFiles), [controller, noFiles]);
  const isDragged = useDrop(takesFiles ? files.add : refuseFiles, { taken: takesFiles });

  const focusBox = useCallback(() => box.current?.focus(), []);
  const toBox = useCallback(() => {
    if (window.matchMedia('(pointer: fine)').matches) focusBox();
  }, [focusBox]);
  const { appOrigins } = me;
  // The rest of what is around changes as the person goes about in the application; what chips do does not.
  const chips = useRef(around);
  chips.current = around;
  const isAround = around !== null;
  const pageContext = useMemo(
    () => ({
      t,
      locale,
      appOrigins,
      announce: setSaid,
      toBox,
      entities: isAround
        ? {
            open: (path: string) => chips.current?.openEntity(path),
            linkTo: (path: string) => chips.current?.linkTo(path) ?? null,
          }
        : null,
    }),
    [t, locale, appOrigins, toBox, isAround],
  );
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

  useEscape(around?.close ?? (busy ? stopActive : null));
  // On a phone the keyboard would cover what the person came to read. In a page of others, the focus is theirs until it is opened.
  useEffect(() => (isAround ? undefined : toBox()), [toBox, isAround]);
  const onShown = around?.onShown;
  useEffect(() => onShown?.(toBox), [onShown, toBox]);
  const onAsk = around?.onAsk;
  const aroundPage = useRef(page);
  aroundPage.current = page;
  useEffect(
    () =>
      onAsk?.((text, send) => {
        if (send && me.canAsk) return void controller.ask(text, aroundPage.current);
        controller.write(text);
        toBox();
      }),
    [onAsk, controller, me.canAsk, toBox],
  );

  return (
    <PageContext value={pageContext}>
      <FilesContext value={api.attachments.read}>
        <div className={isAround ? 'chat chat-around' : 'chat'}>
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
            around={around}
          />
          <main className="chat-main">
            <Conversation state={state} controller={controller} me={me} page={page} onAsk={ask} onStop={stop} />
            <Composer
              ref={box}
              state={state}
              controller={controller}
              me={me}
              page={page}
              around={around}
              onDropPage={() => {
                if (around === null) setFrom(null);
                else around.drop(null);
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
      </FilesContext>
    </PageContext>
  );
}

const Search = lazy(() => import('./Search.tsx').then(({ Search }) => ({ default: Search })));
