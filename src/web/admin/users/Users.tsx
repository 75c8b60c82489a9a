/** Everybody who is known here: what they may, how much they ask, and the switch that shuts them out. */
import { useState } from 'react';
import type { UserChange, Users as UsersData, UserView } from '../../../contract/admin.ts';
import { useAction } from '../data/useAction.ts';
import { useResource } from '../data/useResource.ts';
import { count } from '../format.ts';
import { useAdmin } from '../page.ts';
import { pathTo, To } from '../place.tsx';
import { Confirm } from '../ui/Confirm.tsx';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { At, State } from '../ui/small.tsx';
import { Loaded, Nothing, Problem } from '../ui/states.tsx';
import { ChangeUser } from './ChangeUser.tsx';
import { mayChange } from './may-change.ts';
import './users.css';

export function Users() {
  const { w } = useAdmin();
  const users = useResource<UsersData>('/api/admin/users', {
    on: ({ type }) => type === 'users' || type === 'turns',
    paceMs: USERS_PACE_MS,
  });
  const [changed, setChanged] = useState<UserView | null>(null);
  const [shutOut, setShutOut] = useState<UserView | null>(null);
  const action = useAction();

  const change = async (user: UserView, body: UserChange, done: string) => {
    setChanged(null);
    setShutOut(null);
    if ((await action.run('PATCH', `/api/admin/users/${user.id}`, { body, done })) !== null) users.reload();
  };
  const columns = useColumns({
    busy: action.busy,
    onChange: setChanged,
    onDisable: setShutOut,
    onEnable: (user) => void change(user, { disabled: false }, w.users.enableDone(user.name)),
  });
  return (
    <>
      <div className="page-head">
        <h1>{w.pages.users}</h1>
      </div>
      <Problem text={action.problem} />
      <Loaded from={users}>
        {({ users: all }) =>
          all.length === 0 ? (
            <Nothing title={w.users.empty} text={w.users.emptyText} />
          ) : (
            <DataTable caption={w.pages.users} columns={columns} rows={all} rowKey={({ id }) => id} />
          )
        }
      </Loaded>
      {changed && (
        <ChangeUser
          user={changed}
          onCancel={() => setChanged(null)}
          onSave={(body) => void change(changed, body, w.users.saved(changed.name))}
        />
      )}
      {shutOut && (
        <Confirm
          title={w.users.disableTitle(shutOut.name)}
          text={w.users.disableText}
          action={w.users.disable}
          danger
          onCancel={() => setShutOut(null)}
          onConfirm={() => void change(shutOut, { disabled: true }, w.users.disableDone(shutOut.name))}
        />
      )}
    </>
  );
}

interface Doings {
  busy: boolean;
  onChange(user: UserView): void;
  onDisable(user: UserView): void;
  onEnable(user: UserView): void;
}

function useColumns({ busy, onChange, onDisable, onEnable }: Doings): Column<UserView>[] {
  const { w, locale, me } = useAdmin();
  const number = (value: number) => count(value, locale);
  return [
    {
      key: 'name',
      label: w.users.name,
      kind: 'main',
      cell: ({ id, name, subject, email }) => (
        <>
          {name || w.noOne}
          {id === me.user.id && <span className="quiet"> ({w.users.you})</span>}
          <span className="under">{email ?? (subject === name ? null : subject)}</span>
        </>
      ),
    },
    {
      key: 'state',
      label: w.users.state,
      cell: ({ disabledAt }) =>
        disabledAt === null ? (
          <State tone="good">{w.users.active}</State>
        ) : (
          <>
            <State tone="bad" icon="close">
              {w.users.disabled}
            </State>
            <span className="under">
              <At at={disabledAt} />
            </span>
          </>
        ),
    },
    { key: 'role', label: w.users.role, cell: ({ role }) => w.users.roles[role] },
    {
      key: 'today',
      label: w.users.today,
      kind: 'number',
      cell: ({ turnsToday, dailyQuota }) =>
        dailyQuota === null ? number(turnsToday) : w.users.ofQuota(number(turnsToday), number(dailyQuota)),
    },
    {
      key: 'all',
      label: w.users.all,
      kind: 'number',
      cell: ({ id, turns, name }) => (
        <To href={pathTo(['turns'], { userId: id })} aria-label={`${w.users.turnsOf(name)}: ${number(turns)}`}>
          {number(turns)}
        </To>
      ),
    },
    {
      key: 'seen',
      label: w.users.seen,
      cell: ({ lastSeenAt }) =>
        lastSeenAt === null ? <span className="quiet">{w.users.never}</span> : <At at={lastSeenAt} />,
    },
    {
      key: 'actions',
      label: w.users.actions,
      kind: 'actions',
      cell: (user) => {
        const may = mayChange(me.user, user);
        return (
          <span className="actions">
            {may.change && (
              <button
                type="button"
                className="button"
                disabled={busy}
                aria-label={w.users.changeOf(user.name)}
                onClick={() => onChange(user)}
              >
                {w.users.change}
              </button>
            )}
            {may.disable &&
              (user.disabledAt === null ? (
                <button
                  type="button"
                  className="button"
                  disabled={busy}
                  aria-label={w.users.disableOf(user.name)}
                  onClick={() => onDisable(user)}
                >
                  {w.users.disable}
                </button>
              ) : (
                <button
                  type="button"
                  className="button"
                  disabled={busy}
                  aria-label={w.users.enableOf(user.name)}
                  onClick={() => onEnable(user)}
                >
                  {w.users.enable}
                </button>
              ))}
          </span>
        );
      },
    },
  ];
}

// What they asked today moves with every question; nobody reads faster.
const USERS_PACE_MS = 3000;
