/** What the page around says and wants, as the chat takes it. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Around } from '../chat/around.ts';
import { entityTarget } from '../chat/markdown/links.ts';
import type { Memory } from '../storage.ts';
import { focusEdge } from './focus-edge.ts';
import type { HostPage } from './host-page.ts';
import { keepConversation } from './last-visit.ts';
import { contextText, NO_CONTEXT, readContext } from './page-context.ts';

export interface FrameAround extends Around {
  /** How often it has been opened. */
  times: number;
  /** At the start: it may be shown as it was on the page before, or stays closed. */
  settle(show: boolean): void;
}

/** `onShutdown`: the application signs its person out. */
export function useAround(page: HostPage, kept: Memory, onShutdown: () => void): FrameAround {
  const [context, setContext] = useState(NO_CONTEXT);
  const [dropped, setDropped] = useState<readonly (string | null)[]>([]);
  const [times, setTimes] = useState(0);
  const asks = useRef(createBuffer<{ text: string; send: boolean }>());
  const shows = useRef(createBuffer<null>());
  const unread = useRef(0);
  const isShown = useRef(page.inline);
  /** False where nobody has opened it: the page before was left with an open panel. */
  const isSettled = useRef(page.inline);
  /** It is shown because the frame said so; the focus stays where the person has it. */
  const isQuiet = useRef(false);
  const shutdown = useRef(onShutdown);
  shutdown.current = onShutdown;

  useEffect(() => {
    page.listen((message) => {
      switch (message.type) {
        case 'context':
          return setContext((before) => {
            const next = readContext(message.said, page.origin);
            // What was taken away stays away until the person is somewhere else.
            if (next.page !== before.page) setDropped([]);
            return next;
          });
        case 'shown':
          isShown.current = message.shown;
          if (!message.shown) return;
          isSettled.current = true;
          setTimes((before) => before + 1);
          unread.current = 0;
          page.send('unread', 0);
          if (!isQuiet.current) shows.current.put(null);
          isQuiet.current = false;
          return;
        case 'focus':
          return focusEdge(message.last);
        case 'ask':
          return asks.current.put(message);
        case 'shutdown':
          return shutdown.current();
      }
    });
    // A router may have changed the address without a word that every browser tells.
    const onFocus = () => page.send('where');
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, [page]);

  const base = useMemo(() => baseOf(page), [page]);
  const onAsk = useCallback<Around['onAsk']>(
    (listener) => asks.current.take(({ text, send }) => listener(text, send)),
    [],
  );
  const onShown = useCallback<Around['onShown']>((listener) => shows.current.take(() => listener()), []);
  const close = useCallback(() => page.send('close'), [page]);
  const turnEnded = useCallback(() => {
    if (!isShown.current) page.send('unread', ++unread.current);
  }, [page]);

  const changed = useCallback((tool: string) => page.send('changed', { tool }), [page]);
  const conversationShown = useCallback((sessionId: string) => keepConversation(kept, sessionId), [kept]);

  const left = dropped.includes(null)
    ? NO_CONTEXT
    : { ...context, items: context.items.filter(([name]) => !dropped.includes(name)) };
  return {
    ...left,
    times,
    context: contextText(left),
    drop: (name) => setDropped([...dropped, name]),
    openEntity(path) {
      page.send('open', path);
      // On a phone the chat would cover what it opens.
      if (!page.inline && window.matchMedia('(max-width: 40em)').matches && isPhone()) page.send('close');
    },
    linkTo: (path) => entityTarget(path, base),
    close: page.inline ? null : close,
    onAsk,
    onShown,
    turnEnded,
    changed,
    conversationShown,
    settle(show) {
      if (isSettled.current) return;
      isSettled.current = true;
      isQuiet.current = show;
      page.send(show ? 'show' : 'close');
    },
  };
}

/** Where chips lead: `data-base` of the tag, on the page's own origin. */
function baseOf({ attributes, origin }: HostPage): string {
  const written = typeof attributes.base === 'string' ? attributes.base : '/';
  const url = URL.canParse(written, origin) ? new URL(written, origin) : new URL(origin);
  return url.origin === origin ? url.href : `${origin}/`;
}

/** A panel on a large screen is as narrow. */
function isPhone(): boolean {
  return window.innerWidth >= window.screen.width;
}

/** Keeps what comes before somebody listens. */
function createBuffer<T>() {
  let waiting: T[] = [];
  let listener: ((value: T) => void) | null = null;
  return {
    put(value: T) {
      if (listener === null) waiting = [...waiting, value].slice(-MOST_WAITING);
      else listener(value);
    },
    take(next: (value: T) => void) {
      listener = next;
      for (const value of waiting.splice(0)) next(value);
      return () => {
        if (listener === next) listener = null;
      };
    },
  };
}

const MOST_WAITING = 5;
