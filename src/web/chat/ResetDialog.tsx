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

  const onClose = () => {
    // Only a closed dialog lets the focus out.
    if (dialog.current?.returnValue === CONFIRMED) onConfirm();
    else onCancel();
  };

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={onClose}
    >
      <h2 id={`${id}-title`}>{t.startOverTitle}</h2>
      <p id={`${id}-text`}>
        {t.startOverText} {busy && t.startOverStops}
      </p>
      <form method="dialog" className="dialog-actions">
        <button type="submit" className="button" value="">
          {t.cancel}
        </button>
        <button type="submit" className="button button-main" value={CONFIRMED}>
          {t.startOver}
        </button>
      </form>
    </dialog>
  );
}

const CONFIRMED = 'confirmed';
