/** A choice from a list, with its name above it. */
import { type ReactNode, useId } from 'react';

export interface SelectProps<T extends string> {
  label: string;
  value: T | '';
  /** What it says where nothing is chosen; left out where something always is. */
  any?: string;
  options: readonly { value: T; label: string }[];
  disabled?: boolean;
  onChange(value: T | ''): void;
}

export function Select<T extends string>({ label, value, any, options, disabled = false, onChange }: SelectProps<T>) {
  return (
    <Labelled label={label}>
      {(id) => (
        <select
          id={id}
          className={value === '' ? 'field' : 'field field-set'}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value as T | '')}
        >
          {any !== undefined && <option value="">{any}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}
