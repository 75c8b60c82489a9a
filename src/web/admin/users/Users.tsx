/** Everybody who is known here: what they may, how much they ask, and the switch that shuts them out. */
import type { Users as UsersData, UserView } from '../../../contract/admin/users.ts';
import { useResource } from '../data/useResource.ts';
import { count } from '../format.ts';
import { go, pathTo, To, useLocation } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { Pager } from '../ui/Pager.tsx';
import { SearchField } from '../ui/SearchField.tsx';
import { At, State } from '../ui/small.tsx';
import { Loaded, Nothing, Problem } from '../ui/states.tsx';
import { mayChange } from './may-change.ts';
import { useUserActions } from './useUserActions.tsx';
import './users.css';

export function Users() {
  const { w } = useAdmin();
  const address = useLocation().searchParams;
  const search = address.get('search')?.trim().slice(0, MAX_SEARCH) ?? '';
  const after = address.get('after');
  const query = new URLSearchParams({ ...(search !== '' && { search }), ...(after !== null && { after }) });
  const users = useResource<UsersData>(`/api/admin/users?${query}`, {
    on: ({ type }) => type === 'users' || type === 'turns',
    paceMs: USERS_PACE_MS,
  });
  const { busy, problem, dialog, ask, enable } = useUserActions(users.reload);
  const columns = useColumns({ busy, ask, enable });
  return (
    <>
      <div className="page-head">
        <h1>{w.pages.users}</h1>
      </div>
      <Problem text={problem} />
      <search className="filters">
        <SearchField
          label={w.users.search}
          value={search}
          onSearch={(next) => go(pathTo(['users'], { search: next }))}
        />
      </search>
      <Loaded from={users}>
        {({ users: page, nextAfter }) => (
          <>
            {page.length > 0 ? (
              <DataTable caption={w.pages.users} columns={columns} rows={page} rowKey={({ id }) => id} />
            ) : search === '' ? (
              <Nothing title={w.users.empty} text={w.users.emptyText} />
            ) : (
              <Nothing title={w.users.none} text={w.users.noneText} />
            )}
            <Pager
              label={w.pages.users}
              first={after === null ? null : { href: pathTo(['users'], { search }), label: w.users.first }}
              next={
                nextAfter === null
                  ? null
                  : { href: pathTo(['users'], { search, after: nextAfter }), label: w.users.next }
              }
            />
          </>
        )}
      </Loaded>
      {dialog}
    </>
  );
}

type Doings = Pick<ReturnType<typeof useUserActions>, 'busy' | 'ask' | 'enable'>;

function useColumns({ busy, ask, enable }: Doings): Column<UserView>[] {
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
          {email !== null && <span className="under">{email}</span>}
          {subject !== name && subject !== email && <span className="under mono">{subject}</span>}
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
        const { change, signOut, disable } = mayChange(me.user, user);
        return (
          <span className="actions">
            <To
              className="button"
              href={pathTo(['sessions'], { userId: user.id })}
              aria-label={w.users.sessionsOf(user.name || w.noOne)}
            >
              {w.pages.sessions}
            </To>
            {(change || signOut) && (
              <button
                type="button"
                className="button"
                disabled={busy}
                aria-label={w.users.changeOf(user.name)}
                onClick={() => ask('change', user)}
              >
                {w.users.change}
              </button>
            )}
            {disable &&
              (user.disabledAt === null ? (
                <button
                  type="button"
                  className="button"
                  disabled={busy}
                  aria-label={w.users.disableOf(user.name)}
                  onClick={() => ask('disable', user)}
                >
                  {w.users.disable}
                </button>
              ) : (
                <button
                  type="button"
                  className="button"
                  disabled={busy}
                  aria-label={w.users.enableOf(user.name)}
                  onClick={() => enable(user)}
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
const MAX_SEARCH = 200;
