/** Asks before a conversation is deleted for good. */
import { useEffect, useId, useRef } from 'react';
import { messagesOf } from '../../locales/locale.ts';
import '../dialog.css';

export interface RemoveDialogProps {
  locale: string;
  title: string;
  onCancel(): void;
  onConfirm(): void;
}

export function RemoveDialog({ locale, title, onCancel, onConfirm }: RemoveDialogProps) {
  const t = messagesOf(locale);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={(event) => {
        event.stopPropagation(); // not of the drawer around it
        if (dialog.current?.returnValue === CONFIRMED) onConfirm();
        else onCancel();
      }}
    >
      <h2 id={`${id}-title`}>{t.removeTitle(title)}</h2>
      <p id={`${id}-text`}>{t.removeText}</p>
      <form method="dialog" className="dialog-actions">
        <button type="submit" className="button" value="">
          {t.cancel}
        </button>
        <button type="submit" className="button button-danger" value={CONFIRMED}>
          {t.remove}
        </button>
      </form>
    </dialog>
  );
}

const CONFIRMED = 'confirmed';
