/** What the page around says and wants, as the chat takes it. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Around } from '../chat/around.ts';
import { entityTarget } from '../chat/markdown/links.ts';
import { focusEdge } from './focus-edge.ts';
import type { HostPage } from './host-page.ts';
import { contextText, NO_CONTEXT, readContext } from './page-context.ts';

/** `onShutdown`: the application signs its person out. `times`: how often it has been opened. */
export function useAround(page: HostPage, onShutdown: () => void): Around & { times: number } {
  const [context, setContext] = useState(NO_CONTEXT);
  const [dropped, setDropped] = useState<readonly (string | null)[]>([]);
  const [times, setTimes] = useState(0);
  const asks = useRef(createBuffer<{ text: string; send: boolean }>());
  const shows = useRef(createBuffer<null>());
  const unread = useRef(0);
  const isShown = useRef(page.inline);
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
          setTimes((before) => before + 1);
          unread.current = 0;
          page.send('unread', 0);
          return shows.current.put(null);
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
