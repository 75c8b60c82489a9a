/** Asks before the agent forgets. */
import { ConfirmDialog } from './ui/ConfirmDialog.tsx';
import { usePage } from './ui/page.ts';

export interface ResetDialogProps {
  busy: boolean;
  onCancel(): void;
  onConfirm(): void;
}

export function ResetDialog({ busy, ...answers }: ResetDialogProps) {
  const { t } = usePage();
  return (
    <ConfirmDialog
      title={t.startOverTitle}
      text={`${t.startOverText} ${busy ? t.startOverStops : ''}`}
      action={t.startOver}
      cancel={t.cancel}
      {...answers}
    />
  );
}
