/** A field whose text is searched for with Enter. */
import { type FormEvent, useEffect, useState } from 'react';
import { Labelled } from './Field.tsx';

export interface SearchFieldProps {
  label: string;
  value: string;
  onSearch(text: string): void;
}

export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  // Back and forth in the browser's history.
  useEffect(() => setText(value), [value]);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return (
    <form className="filters-search" onSubmit={onSubmit}>
      <Labelled label={label}>
        {(id) => (
          <input
            id={id}
            type="search"
            className={value === '' ? 'field' : 'field field-set'}
            value={text}
            maxLength={200}
            enterKeyHint="search"
            onChange={(event) => {
              setText(event.target.value);
              // The cross in the field empties it, and means it.
              if (event.target.value === '' && value !== '') onSearch('');
            }}
          />
        )}
      </Labelled>
    </form>
  );
}
