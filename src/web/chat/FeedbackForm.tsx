/** A few words beside a thumb. */
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { usePage } from './ui/page.ts';

export interface FeedbackFormProps {
  label: string;
  comment: string;
  onSend(comment: string): void;
  onSkip(): void;
}

export function FeedbackForm({ label, comment, onSend, onSkip }: FeedbackFormProps) {
  const { t } = usePage();
  const [text, setText] = useState(comment);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => field.current?.focus(), []);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSend(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    // This Esc closes the form; it must not stop an answer as well.
    event.preventDefault();
    onSkip();
  };

  return (
    <form className="feedback" onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        dir="auto"
        maxLength={MAX_COMMENT}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="feedback-actions">
        <button type="button" className="button" onClick={onSkip}>
          {t.commentSkip}
        </button>
        <button type="submit" className="button button-main" disabled={text.trim() === ''}>
          {t.commentSend}
        </button>
      </div>
    </form>
  );
}

/** What the API takes. */
const MAX_COMMENT = 2000;
