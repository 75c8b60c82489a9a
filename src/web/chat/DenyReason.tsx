/** A denial with a few words for the agent. */
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { usePage } from './ui/page.ts';

export interface DenyReasonProps {
  disabled: boolean;
  onDeny(reason: string): void;
  onBack(): void;
}

export function DenyReason({ disabled, onDeny, onBack }: DenyReasonProps) {
  const { t } = usePage();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onDeny(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    // This Esc closes the form; it must not stop the answer as well.
    event.preventDefault();
    onBack();
  };
  return (
    <form className="approval-reason" onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <label htmlFor={id}>{t.denyReason}</label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        dir="auto"
        maxLength={MAX_WORDS}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="approval-actions">
        <button type="submit" className="button button-main" disabled={disabled || text.trim() === ''}>
          {t.deny}
        </button>
        <button type="button" className="button" disabled={disabled} onClick={onBack}>
          {t.cancel}
        </button>
      </div>
    </form>
  );
}

/** What the API takes. */
const MAX_WORDS = 2000;
