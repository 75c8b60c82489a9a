/** Role and quota of one user, all that is kept of them as a file, and the ways to end it. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { UserChange, UserView } from '../../../contract/admin/users.ts';
import '../../chat/dialog.css';
import { useAction } from '../data/useAction.ts';
import { useAdmin } from '../page.ts';
import { Labelled, Select } from '../ui/Field.tsx';
import { Problem } from '../ui/states.tsx';
import { mayChange } from './may-change.ts';

export interface ChangeUserProps {
  user: UserView;
  onCancel(): void;
  onSave(change: UserChange): void;
  onSignOut(): void;
  onDelete(): void;
}

export function ChangeUser({ user, onCancel, onSave, onSignOut, onDelete }: ChangeUserProps) {
  const { w, me } = useAdmin();
  const dialog = useRef<HTMLDialogElement>(null);
  const [role, setRole] = useState(user.role);
  const [quota, setQuota] = useState(user.dailyQuota === null ? '' : String(user.dailyQuota));
  const { busy, problem, save } = useAction();
  const may = mayChange(me.user, user);

  useEffect(() => dialog.current?.showModal(), []);

  const changes = (): UserChange => {
    const dailyQuota = quota.trim() === '' ? null : Number(quota);
    return {
      ...(role !== 'owner' && role !== user.role && { role }),
      ...(dailyQuota !== user.dailyQuota && { dailyQuota }),
    };
  };
  // Only a closed dialog lets the focus out: where another follows, that one gives it back.
  const onClose = () => {
    const next = dialog.current?.returnValue;
    if (next === SAVE) onSave(changes());
    else if (next === SIGN_OUT) onSignOut();
    else if (next === DELETE) onDelete();
    else onCancel();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    dialog.current?.close(SAVE);
  };

  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="change-user" onClose={onClose}>
      <h2 id="change-user">{user.name || w.noOne}</h2>
      <p className="note-small">
        {w.users.subject} <span className="mono">{user.subject}</span>
        {user.email !== null && ` · ${user.email}`}
      </p>
      <form className="stack" onSubmit={onSubmit}>
        <Select
          label={w.users.role}
          value={role}
          disabled={!may.role}
          options={(user.role === 'owner' ? (['owner'] as const) : (['admin', 'member'] as const)).map((value) => ({
            value: value as UserView['role'],
            label: w.users.roles[value],
          }))}
          onChange={(next) => next !== '' && setRole(next)}
        />
        {!may.role && <p className="note-small">{user.role === 'owner' ? w.users.ownerText : w.users.roleText}</p>}
        <Labelled label={w.users.quotaLong}>
          {(id) => (
            <input
              id={id}
              className="field"
              type="number"
              inputMode="numeric"
              min={0}
              max={100_000}
              step={1}
              disabled={!may.change}
              value={quota}
              placeholder={w.users.unlimited}
              onChange={(event) => setQuota(event.target.value)}
            />
          )}
        </Labelled>
        <p className="note-small">{w.users.quotaText}</p>
        <p className="user-ways">
          <button
            type="button"
            className="as-link"
            disabled={busy}
            onClick={() => save(`/api/admin/users/${user.id}/export`)}
          >
            {w.users.exportAll}
          </button>
          {may.signOut && (
            <button type="button" className="as-link" onClick={() => dialog.current?.close(SIGN_OUT)}>
              {w.users.signOut}
            </button>
          )}
          {may.remove && (
            <button type="button" className="as-link as-link-bad" onClick={() => dialog.current?.close(DELETE)}>
              {w.users.delete}
            </button>
          )}
        </p>
        <Problem text={problem} />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {w.cancel}
          </button>
          <button type="submit" className="button button-main" disabled={!may.change}>
            {w.users.save}
          </button>
        </div>
      </form>
    </dialog>
  );
}

const SAVE = 'save';
const SIGN_OUT = 'sign-out';
const DELETE = 'delete';
