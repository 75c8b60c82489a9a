/** A choice of one user: from a list, or by a part of their name where they are too many for one. */
import { useEffect, useId, useState } from 'react';
import type { TurnsChoices } from '../../../contract/admin/turns.ts';
import type { Users } from '../../../contract/admin/users.ts';
import { useResource } from '../data/useResource.ts';
import { useAdmin } from '../page.ts';
import { Labelled, Select } from './Field.tsx';

export interface PersonFieldProps {
  label: string;
  /** What it says where nobody is chosen. */
  any: string;
  /** A user's id, or empty. */
  value: string;
  /** Null while they are not known yet. */
  choices: TurnsChoices | null;
  onChange(userId: string): void;
}

/** What can be chosen; the user of `userId` is among them in any case. */
export function useChoices(userId: string) {
  const query = userId === '' ? '' : `?userId=${encodeURIComponent(userId)}`;
  return useResource<TurnsChoices>(`/api/admin/turns/choices${query}`, { on: ({ type }) => type === 'users' });
}

export function PersonField({ choices, ...field }: PersonFieldProps) {
  const { w } = useAdmin();
  const users = (choices?.users ?? []).map(({ id, name }) => ({ value: id, label: name || w.noOne }));
  const chosen = users.find(({ value }) => value === field.value);
  if (choices?.moreUsers) return <FoundPerson {...field} chosen={chosen?.label ?? field.value} />;
  // What an address holds stays chosen, also where the gateway no longer knows of it.
  const options =
    field.value === '' || chosen !== undefined ? users : [...users, { value: field.value, label: field.value }];
  return <Select {...field} options={options} />;
}

/** The browser shows what fits what is typed, and one of it is taken as soon as it stands there. */
function FoundPerson({ label, any, value, chosen, onChange }: Omit<PersonFieldProps, 'choices'> & { chosen: string }) {
  const listId = useId();
  const [text, setText] = useState(chosen);
  const [wanted, setWanted] = useState('');
  useEffect(() => setText(chosen), [chosen]);
  useEffect(() => {
    const timer = window.setTimeout(() => setWanted(text.trim()), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const query = new URLSearchParams({ search: wanted.slice(0, MAX_LENGTH), limit: String(SHOWN) });
  const found = useResource<Users>(`/api/admin/users?${query}`);
  const options = (found.data?.users ?? []).map(({ id, name, subject }) => ({
    id,
    label: name === subject || name === '' ? subject : `${name} (${subject})`,
  }));
  const take = (next: string) => {
    setText(next);
    const taken = options.find((option) => option.label === next);
    if (taken !== undefined) onChange(taken.id);
    else if (next === '' && value !== '') onChange('');
  };
  return (
    <Labelled label={label}>
      {(id) => (
        <>
          <input
            id={id}
            type="search"
            className={value === '' ? 'field' : 'field field-set'}
            value={text}
            placeholder={any}
            maxLength={MAX_LENGTH}
            list={listId}
            autoComplete="off"
            onChange={(event) => take(event.target.value)}
            onBlur={() => setText(chosen)}
          />
          <datalist id={listId}>
            {options.map((option) => (
              <option key={option.id} value={option.label} />
            ))}
          </datalist>
        </>
      )}
    </Labelled>
  );
}

// Between two letters of somebody who types.
const TYPING_MS = 250;
const SHOWN = 20;
const MAX_LENGTH = 200;
