/** Every user's conversation with the agent, and what can be done with it. */
import { useState } from 'react';
import type { Hosts } from '../../../contract/admin/hosts.ts';
import type { Sessions as SessionsData, SessionView } from '../../../contract/admin/sessions.ts';
import { useAction } from '../data/useAction.ts';
import { useResource } from '../data/useResource.ts';
import { count } from '../format.ts';
import { pathTo, To, useLocation } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { Confirm } from '../ui/Confirm.tsx';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { Pager } from '../ui/Pager.tsx';
import { At, PersonTurns, State } from '../ui/small.tsx';
import { Loaded, Nothing, Problem } from '../ui/states.tsx';
import { MoveSession, otherHosts } from './MoveSession.tsx';

export function Sessions() {
  const { w } = useAdmin();
  const address = useLocation().searchParams;
  const [userId, before] = [address.get('userId'), address.get('before')];
  const query = new URLSearchParams({ ...(userId !== null && { userId }), ...(before !== null && { before }) });
  const sessions = useResource<SessionsData>(`/api/admin/sessions?${query}`, {
    on: ({ type }) => type === 'sessions' || type === 'hosts',
  });
  const { columns, dialog, problem } = useSessionActions(sessions.reload);
  const user = userId === null ? undefined : sessions.data?.sessions[0]?.user;
  return (
    <>
      <div className="page-head">
        <h1>{user === undefined ? w.pages.sessions : w.sessions.of(user.name || w.noOne)}</h1>
        {userId !== null && (
          <To className="button" href={pathTo(['sessions'])}>
            {w.sessions.back}
          </To>
        )}
      </div>
      <Problem text={problem} />
      <Loaded from={sessions}>
        {({ sessions: page, nextBefore }) => (
          <>
            {page.length === 0 ? (
              <Nothing title={w.sessions.empty} text={w.sessions.emptyText} />
            ) : (
              <DataTable caption={w.pages.sessions} columns={columns} rows={page} rowKey={({ name }) => name} />
            )}
            <Pager
              label={w.pages.sessions}
              first={before === null ? null : { href: pathTo(['sessions'], { userId }), label: w.turns.first }}
              next={
                nextBefore === null
                  ? null
                  : { href: pathTo(['sessions'], { userId, before: nextBefore }), label: w.turns.next }
              }
            />
          </>
        )}
      </Loaded>
      {dialog}
    </>
  );
}

export function SessionState({ session: { user, live, running, waiting, queued } }: { session: SessionView }) {
  const { w, locale } = useAdmin();
  const more = queued > 0 && <span className="under">{w.sessions.queued(count(queued, locale))}</span>;
  if (running !== null) {
    return (
      <>
        <State tone="wait" {...(waiting && { icon: 'hand' })}>
          <To href={pathTo(['turns', running])}>
            {waiting ? w.sessions.waitsFor(user.name || w.noOne) : w.sessions.working}
          </To>
        </State>
        {more}
      </>
    );
  }
  const [tone, words] =
    live === null
      ? (['quiet', w.sessions.unknown] as const)
      : live
        ? (['good', w.sessions.live] as const)
        : (['quiet', w.sessions.asleep] as const);
  return (
    <>
      <State tone={tone}>{words}</State>
      {more}
    </>
  );
}

/** Of several conversations of a user, the later ones have a number. */
function nameOf({ user, name }: SessionView): string {
  const number = /-[0-9a-f]{8,32}-(\d+)$/.exec(name)?.[1];
  if (user.name === '') return name;
  return number === undefined ? user.name : `${user.name} (${number})`;
}

/** Text of the user. */
export function SessionTitle({ session: { title, archivedAt } }: { session: SessionView }) {
  const { w } = useAdmin();
  return (
    <>
      {title !== null && <bdi>{title}</bdi>}
      {archivedAt !== null && <span className="quiet"> ({w.sessions.archived})</span>}
    </>
  );
}

/** What is done with a session, here and on its own page. */
export function useSessionActions(reload: () => void) {
  const { w, locale, announce } = useAdmin();
  const action = useAction();
  const hosts = useResource<Hosts>('/api/admin/hosts', { on: ({ type }) => type === 'hosts', paceMs: 10_000 });
  const [asked, setAsked] = useState<SessionView | null>(null);
  const [moving, setMoving] = useState<SessionView | null>(null);
  const [stayed, setStayed] = useState<string | null>(null);

  const reset = async (session: SessionView) => {
    setAsked(null);
    setStayed(null);
    const path = `/api/admin/sessions/${encodeURIComponent(session.name)}/reset`;
    if ((await action.run('POST', path, { done: w.sessions.resetDone(nameOf(session)) })) !== null) reload();
  };
  const move = async (session: SessionView, host: string) => {
    setMoving(null);
    setStayed(null);
    const path = `/api/admin/sessions/${encodeURIComponent(session.name)}/move`;
    const done = w.sessions.moveDone(nameOf(session), host);
    if ((await action.run('POST', path, { body: { host }, done })) !== null) reload();
  };
  const hibernate = async (session: SessionView) => {
    setStayed(null);
    const path = `/api/admin/sessions/${encodeURIComponent(session.name)}/hibernate`;
    const done = await action.run<{ hibernated: boolean }>('POST', path, {});
    if (done === null) return;
    if (done.hibernated) announce(w.sessions.hibernated(nameOf(session)));
    else setStayed(w.sessions.notHibernated(nameOf(session)));
    reload();
  };
  const buttons = (session: SessionView) => (
    <>
      <button
        type="button"
        className="button"
        disabled={action.busy}
        aria-label={w.sessions.resetOf(nameOf(session))}
        onClick={() => setAsked(session)}
      >
        {w.sessions.reset}
      </button>
      {otherHosts(hosts.data?.hosts, session.host).length > 0 && (
        <button
          type="button"
          className="button"
          disabled={action.busy}
          aria-label={w.sessions.moveOf(nameOf(session))}
          onClick={() => setMoving(session)}
        >
          {w.sessions.move}
        </button>
      )}
      {session.live === true && (
        <button
          type="button"
          className="button"
          disabled={action.busy}
          aria-label={w.sessions.hibernateOf(nameOf(session))}
          onClick={() => void hibernate(session)}
        >
          {w.sessions.hibernate}
        </button>
      )}
    </>
  );
  const columns: Column<SessionView>[] = [
    {
      key: 'user',
      label: w.sessions.user,
      kind: 'main',
      cell: (session) => (
        <>
          <PersonTurns user={session.user} />
          <span className="under">
            <SessionTitle session={session} />
          </span>
        </>
      ),
    },
    { key: 'state', label: w.sessions.state, cell: (session) => <SessionState session={session} /> },
    { key: 'used', label: w.sessions.used, cell: ({ lastUsedAt }) => <At at={lastUsedAt} /> },
    {
      key: 'conversation',
      wideOnly: true,
      label: w.sessions.conversation,
      kind: 'number',
      cell: ({ generation }) => count(generation, locale),
    },
    {
      key: 'session',
      wideOnly: true,
      label: w.sessions.session,
      kind: 'quiet',
      cell: ({ name, host }) => (
        <>
          <span className="mono">{name}</span>
          <span className="under">{host}</span>
        </>
      ),
    },
    {
      key: 'actions',
      label: w.sessions.actions,
      kind: 'actions',
      cell: (session) => (
        <span className="actions">
          <To
            className="button"
            href={pathTo(['sessions', session.name])}
            aria-label={w.sessions.lookAt(nameOf(session))}
          >
            {w.sessions.look}
          </To>
          {buttons(session)}
        </span>
      ),
    },
  ];
  const dialog = (
    <>
      {asked && (
        <Confirm
          title={w.sessions.resetTitle(nameOf(asked))}
          text={w.sessions.resetText}
          action={w.sessions.reset}
          onCancel={() => setAsked(null)}
          onConfirm={() => void reset(asked)}
        />
      )}
      {moving && (
        <MoveSession
          name={nameOf(moving)}
          hosts={otherHosts(hosts.data?.hosts, moving.host)}
          onCancel={() => setMoving(null)}
          onMove={(host) => void move(moving, host)}
        />
      )}
    </>
  );
  return { columns, buttons, dialog, problem: action.problem ?? stayed };
}
