/** Asks before something is done that is not undone by a press. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import '../../chat/dialog.css';
import { useAdmin } from '../page.ts';

export interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  children?: ReactNode;
  onCancel(): void;
  onConfirm(): void;
}

export function Confirm({ title, text, action, danger = false, children, onCancel, onConfirm }: ConfirmProps) {
  const { w } = useAdmin();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      // Only a closed dialog lets the focus out.
      onClose={() => (dialog.current?.returnValue === CONFIRMED ? onConfirm() : onCancel())}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={`${id}-text`}>{text}</p>
      {children}
      <form method="dialog" className="dialog-actions">
        <button type="submit" className="button" value="">
          {w.cancel}
        </button>
        <button type="submit" className={danger ? 'button button-danger' : 'button button-main'} value={CONFIRMED}>
          {action}
        </button>
      </form>
    </dialog>
  );
}

const CONFIRMED = 'confirmed';
