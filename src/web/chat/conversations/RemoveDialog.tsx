/** Asks before a conversation is deleted for good. */
import { messagesOf } from '../../locales/locale.ts';
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx';

export interface RemoveDialogProps {
  locale: string;
  title: string;
  onCancel(): void;
  onConfirm(): void;
}

export function RemoveDialog({ locale, title, ...answers }: RemoveDialogProps) {
  const t = messagesOf(locale);
  return (
    <ConfirmDialog
      title={t.removeTitle(title)}
      text={t.removeText}
      action={t.remove}
      cancel={t.cancel}
      danger
      {...answers}
    />
  );
}
