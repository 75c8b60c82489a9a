/** One session with its terminal, live and to look at only. */
import { lazy, Suspense } from 'react';
import type { Sessions as SessionsData, SessionView } from '../../../contract/admin/sessions.ts';
import { Fallback } from '../../chat/ui/Fallback.tsx';
import { useResource } from '../data/useResource.ts';
import { count } from '../format.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { At, PersonName, PersonTurns } from '../ui/small.tsx';
import { Loaded, Nothing, Problem } from '../ui/states.tsx';
import { SessionState, SessionTitle, useSessionActions } from './Sessions.tsx';
import './session.css';
import { type ScreenState, useScreen } from './useScreen.ts';

export function SessionPage({ name }: { name: string }) {
  const { w } = useAdmin();
  const sessions = useResource<SessionsData>(`/api/admin/sessions?name=${encodeURIComponent(name)}`, {
    on: ({ type }) => type === 'sessions' || type === 'hosts',
  });
  const { buttons, dialog, problem } = useSessionActions(sessions.reload);
  return (
    <>
      <To className="back" href={pathTo(['sessions'])}>
        {w.sessions.back}
      </To>
      <Problem text={problem} />
      <Loaded from={sessions}>
        {({ sessions: all }) => {
          const session = all.find((one) => one.name === name);
          if (session === undefined) return <Nothing title={w.sessions.gone} level={1} />;
          return (
            <>
              <div className="page-head">
                <h1>
                  <PersonName user={session.user} />
                </h1>
                <span className="actions">{buttons(session)}</span>
              </div>
              <SessionFacts session={session} />
            </>
          );
        }}
      </Loaded>
      {sessions.data?.sessions.some((one) => one.name === name) && <Terminal name={name} />}
      {dialog}
    </>
  );
}

function SessionFacts({ session }: { session: SessionView }) {
  const { w, locale } = useAdmin();
  return (
    <dl className="columns">
      <div>
        <dt>{w.sessions.state}</dt>
        <dd>
          <SessionState session={session} />
        </dd>
      </div>
      <div>
        <dt>{w.sessions.title}</dt>
        <dd>
          <SessionTitle session={session} />
          <To className="under" href={pathTo(['sessions'], { userId: session.user.id })}>
            {w.sessions.others}
          </To>
        </dd>
      </div>
      <div>
        <dt>{w.sessions.session}</dt>
        <dd className="mono">{session.name}</dd>
      </div>
      <div>
        <dt>{w.sessions.host}</dt>
        <dd>{session.host}</dd>
      </div>
      <div>
        <dt>{w.sessions.conversation}</dt>
        <dd>
          {count(session.generation, locale)}
          <span className="under">
            {w.sessions.since} <At at={session.createdAt} />
          </span>
        </dd>
      </div>
      <div>
        <dt>{w.sessions.used}</dt>
        <dd>
          <At at={session.lastUsedAt} />
        </dd>
      </div>
      <div>
        <dt>{w.pages.turns}</dt>
        <dd>
          <PersonTurns user={session.user} />
        </dd>
      </div>
    </dl>
  );
}

function Terminal({ name }: { name: string }) {
  const { w } = useAdmin();
  const state = useScreen(name);
  const words = useStateWords(state);
  return (
    <section className="terminal" aria-labelledby="terminal">
      <div className="panel-head">
        <h2 id="terminal">{w.sessions.screen}</h2>
        {state.screen?.live && (
          <span className="quiet">{w.sessions.size(String(state.screen.columns), String(state.screen.rows))}</span>
        )}
      </div>
      <p className="note-small">{w.sessions.screenText}</p>
      {words !== null && (
        <p className="terminal-words" role="status">
          {words}
        </p>
      )}
      {state.screen?.live === true && (
        <Fallback with={null}>
          <Suspense fallback={<div className="terminal-frame" />}>
            <Screen screen={state.screen} label={w.sessions.screen} />
          </Suspense>
        </Fallback>
      )}
    </section>
  );
}

function useStateWords({ screen, line }: ScreenState): string | null {
  const { w } = useAdmin();
  if (line === 'lost') return w.sessions.screenLost;
  if (line === 'paused') return w.sessions.screenPaused;
  if (screen === null) return w.sessions.screenWaits;
  if (screen.never === true) return w.sessions.neverTerminal;
  return screen.live ? null : w.sessions.noTerminal;
}

const Screen = lazy(async () => ({ default: (await import('./Screen.tsx')).Screen }));
