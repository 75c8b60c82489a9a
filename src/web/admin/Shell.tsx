/** The frame of every page: where one is, where one can go, whether what is shown is live. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { IconButton } from '../chat/ui/IconButton.tsx';
import type { Memory } from '../storage.ts';
import { partsOf, pathTo, To, useLocation } from './location.tsx';
import { AdminContext, type AdminPage } from './page.ts';
import { Settings } from './Settings.tsx';
import { Boundary, Loading, Nothing } from './ui/states.tsx';

export interface ShellProps extends Omit<AdminPage, 'announce' | 'onTurnedAway'> {
  kept: Memory;
  onLanguage(language: string): void;
  onSignOut(): void;
  onTurnedAway(): void;
}

export function Shell({ kept, onLanguage, onSignOut, onTurnedAway, ...given }: ShellProps) {
  const { w, locale, me, call, live, follow, save, readFile } = given;
  const url = useLocation();
  const parts = partsOf(url);
  const [said, setSaid] = useState('');
  const announce = useCallback((text: string) => setSaid(text), []);
  const turnedAway = useRef(onTurnedAway);
  turnedAway.current = onTurnedAway;
  const page = useMemo(
    () => ({ w, locale, me, call, live, follow, save, readFile, announce, onTurnedAway: () => turnedAway.current() }),
    [w, locale, me, call, live, follow, save, readFile, announce],
  );
  const allowed = me.user.role !== 'member';
  useEffect(() => (allowed ? live.start() : undefined), [live, allowed]);

  const [first = 'overview'] = parts;
  const known = PAGES.find((name) => name === first);
  useTitle(known === undefined ? w.title : w.pages[known], w.title);
  const main = useFocusOnMove(url.pathname);
  const tabs = useCurrentInView(known);

  return (
    <AdminContext value={page}>
      <a className="skip" href="#content">
        {w.skip}
      </a>
      <header className="bar">
        <div className="bar-top">
          <To href={pathTo([])} className="brand">
            Paliadin
          </To>
          <div className="bar-end">
            {allowed && <LiveSign live={live} w={w} />}
            <a className="button button-quiet" href="/">
              {w.toChat}
            </a>
            <IconButton icon="settings" label={w.settings} popoverTarget="settings" />
          </div>
          <Settings id="settings" kept={kept} onLanguage={onLanguage} onSignOut={onSignOut} />
        </div>
        {allowed && (
          <nav className="tabs" ref={tabs} aria-label={w.pagesLabel}>
            {PAGES.map((name) => (
              <To key={name} href={pathTo(name === 'overview' ? [] : [name])} aria-current={name === known && 'page'}>
                {w.pages[name]}
              </To>
            ))}
          </nav>
        )}
      </header>
      <main id="content" className="content" ref={main} tabIndex={-1}>
        {!allowed ? (
          <Nothing title={w.notAllowed} text={w.notAllowedText(me.user.name)} level={1}>
            <a className="button" href="/">
              {w.toChat}
            </a>
          </Nothing>
        ) : (
          <Boundary key={url.pathname}>
            <Suspense fallback={<Loading />}>
              <CurrentPage name={known} parts={parts.slice(1)} />
            </Suspense>
          </Boundary>
        )}
      </main>
      <p className="only-read" role="status">
        {said}
      </p>
    </AdminContext>
  );
}

const PAGES = ['overview', 'turns', 'hosts', 'sessions', 'users', 'audit'] as const;
type PageName = (typeof PAGES)[number];

function CurrentPage({ name, parts: [id, ...more] }: { name: PageName | undefined; parts: string[] }) {
  if (more.length > 0) return <NoSuchPage />;
  if (name === 'turns') return id === undefined ? <Turns /> : <TurnPage key={id} turnId={id} />;
  if (name === 'sessions') return id === undefined ? <Sessions /> : <SessionPage key={id} name={id} />;
  if (id !== undefined) return <NoSuchPage />;
  if (name === 'overview') return <Overview />;
  if (name === 'hosts') return <Hosts />;
  if (name === 'users') return <Users />;
  if (name === 'audit') return <Audit />;
  return <NoSuchPage />;
}

const Overview = lazy(async () => ({ default: (await import('./overview/Overview.tsx')).Overview }));
const Turns = lazy(async () => ({ default: (await import('./turns/Turns.tsx')).Turns }));
const TurnPage = lazy(async () => ({ default: (await import('./turns/TurnPage.tsx')).TurnPage }));
const Hosts = lazy(async () => ({ default: (await import('./hosts/Hosts.tsx')).Hosts }));
const Sessions = lazy(async () => ({ default: (await import('./sessions/Sessions.tsx')).Sessions }));
const SessionPage = lazy(async () => ({ default: (await import('./sessions/SessionPage.tsx')).SessionPage }));
const Users = lazy(async () => ({ default: (await import('./users/Users.tsx')).Users }));
const Audit = lazy(async () => ({ default: (await import('./audit/Audit.tsx')).Audit }));
const NoSuchPage = lazy(async () => ({ default: (await import('./ui/NoSuchPage.tsx')).NoSuchPage }));

function LiveSign({ live, w }: Pick<AdminPage, 'live' | 'w'>) {
  const state = useSyncExternalStore(live.onState, live.getState);
  return (
    <span className={state === 'live' ? 'live' : 'live live-lost'} role="status">
      {w[state === 'signed-out' ? 'lost' : state]}
    </span>
  );
}

function useTitle(page: string, title: string): void {
  useEffect(() => {
    document.title = `${page} · ${title} · Paliadin`;
  }, [page, title]);
}

/** On a phone the row of pages is longer than the screen is wide. */
function useCurrentInView(current: string | undefined) {
  const tabs = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the page is another
  useEffect(() => {
    const link = tabs.current?.querySelector<HTMLElement>('[aria-current]');
    if (tabs.current && link)
      tabs.current.scrollLeft = link.offsetLeft - (tabs.current.clientWidth - link.offsetWidth) / 2;
  }, [current]);
  return tabs;
}

/** Whoever goes to another page by keyboard is at its beginning, not at a link that is gone. */
function useFocusOnMove(pathname: string) {
  const main = useRef<HTMLElement>(null);
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
