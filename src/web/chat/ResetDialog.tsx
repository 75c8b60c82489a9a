/** Asks before the agent forgets. */
import { useEffect, useId, useRef } from 'react';
import './dialog.css';
import { usePage } from './ui/page.ts';

export interface ResetDialogProps {
  busy: boolean;
  onCancel(): void;
  onConfirm(): void;
}

export function ResetDialog({ busy, onCancel, onConfirm }: ResetDialogProps) {
  const { t } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={onCancel}
    >
      <h2 id={`${id}-title`}>{t.startOverTitle}</h2>
      <p id={`${id}-text`}>
        {t.startOverText} {busy && t.startOverStops}
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onCancel}>
          {t.cancel}
        </button>
        <button type="button" className="button button-main" onClick={onConfirm}>
          {t.startOver}
        </button>
      </div>
    </dialog>
  );
}
