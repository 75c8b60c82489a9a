/** Asks before something is done that is not undone by a press. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import '../dialog.css';

export interface ConfirmDialogProps {
  title: string;
  text: ReactNode;
  /** What the two buttons say. */
  action: string;
  cancel: string;
  danger?: boolean;
  children?: ReactNode;
  onCancel(): void;
  onConfirm(): void;
}

export function ConfirmDialog({
  title,
  text,
  action,
  cancel,
  danger = false,
  children,
  onCancel,
  onConfirm,
}: ConfirmDialogProps) {
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
      onClose={(event) => {
        event.stopPropagation(); // not of a drawer around it
        if (dialog.current?.returnValue === CONFIRMED) onConfirm();
        else onCancel();
      }}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <p id={`${id}-text`}>{text}</p>
      {children}
      <form method="dialog" className="dialog-actions">
        <button type="submit" className="button" value="">
          {cancel}
        </button>
        <button type="submit" className={danger ? 'button button-danger' : 'button button-main'} value={CONFIRMED}>
          {action}
        </button>
      </form>
    </dialog>
  );
}

const CONFIRMED = 'confirmed';
