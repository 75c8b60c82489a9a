/** What is done to a user at a press, each after a word of what it means. */
import { useState } from 'react';
import type { UserChange, UserDeleted, UserView } from '../../../contract/admin/users.ts';
import { useAction } from '../data/useAction.ts';
import { count } from '../format.ts';
import { useAdmin } from '../page.ts';
import { Confirm } from '../ui/Confirm.tsx';
import { ChangeUser } from './ChangeUser.tsx';

type Asked = { what: 'change' | 'disable' | 'sign-out' | 'delete'; user: UserView };

export function useUserActions(reload: () => void) {
  const { w, locale, announce } = useAdmin();
  const { busy, problem, run } = useAction();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [tokens, setTokens] = useState(false);
  const [left, setLeft] = useState<string | null>(null);

  const ask = (what: Asked['what'], user: UserView) => {
    setLeft(null);
    setTokens(false);
    setAsked({ what, user });
  };
  const change = async ({ id }: UserView, body: UserChange, done: string) => {
    setAsked(null);
    if ((await run('PATCH', `/api/admin/users/${id}`, { body, done })) !== null) reload();
  };
  const signOut = async ({ id, name }: UserView) => {
    setAsked(null);
    await run('POST', `/api/admin/users/${id}/sign-out`, { body: { tokens }, done: w.users.signOutDone(name) });
  };
  const remove = async ({ id, name }: UserView) => {
    setAsked(null);
    const deleted = await run<UserDeleted>('DELETE', `/api/admin/users/${id}`, {});
    if (deleted === null) return;
    const left = [
      ...(deleted.conversationEnded ? [] : [w.users.deleteLeft(name)]),
      ...(deleted.erased ? [] : [w.users.deleteInLog(name)]),
    ];
    if (left.length === 0) announce(w.users.deleteDone(name));
    else setLeft(left.join(' '));
    reload();
  };

  const stop = () => setAsked(null);
  const dialog = () => {
    if (asked === null) return null;
    const { what, user } = asked;
    if (what === 'change') {
      return (
        <ChangeUser
          user={user}
          onCancel={stop}
          onSave={(body) => void change(user, body, w.users.saved(user.name))}
          onSignOut={() => ask('sign-out', user)}
          onDelete={() => ask('delete', user)}
        />
      );
    }
    if (what === 'disable') {
      return (
        <Confirm
          title={w.users.disableTitle(user.name)}
          text={w.users.disableText}
          action={w.users.disable}
          danger
          onCancel={stop}
          onConfirm={() => void change(user, { disabled: true }, w.users.disableDone(user.name))}
        />
      );
    }
    if (what === 'sign-out') {
      return (
        <Confirm
          title={w.users.signOutTitle(user.name)}
          text={w.users.signOutText}
          action={w.users.signOutAction}
          danger
          onCancel={stop}
          onConfirm={() => void signOut(user)}
        >
          <label className="check">
            <input type="checkbox" checked={tokens} onChange={(event) => setTokens(event.target.checked)} />
            {w.users.signOutTokens}
          </label>
        </Confirm>
      );
    }
    const known = [user.name, user.subject, user.email].filter((each) => each !== null && each !== '');
    return (
      <Confirm
        title={w.users.deleteTitle(user.name)}
        text={w.users.deleteText([...new Set(known)].join(', '))}
        action={w.users.deleteAction}
        danger
        onCancel={stop}
        onConfirm={() => void remove(user)}
      >
        <ul className="what-goes">
          <li>{w.users.deleteTurns(count(user.turns, locale))}</li>
          <li>{w.users.deleteConversation}</li>
          <li>{w.users.deleteAccess}</li>
        </ul>
        <p className="note-small">{w.users.deleteKept}</p>
      </Confirm>
    );
  };

  return {
    busy,
    /** What went wrong, or what is left to do. */
    problem: problem ?? left,
    dialog: dialog(),
    ask,
    enable: (user: UserView) => void change(user, { disabled: false }, w.users.enableDone(user.name)),
  };
}
