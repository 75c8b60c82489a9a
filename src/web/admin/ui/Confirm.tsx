/** Asks before something is done that is not undone by a press. */
import { ConfirmDialog, type ConfirmDialogProps } from '../../chat/ui/ConfirmDialog.tsx';
import { useAdmin } from '../page.ts';

export function Confirm(props: Omit<ConfirmDialogProps, 'cancel'>) {
  const { w } = useAdmin();
  return <ConfirmDialog {...props} cancel={w.cancel} />;
}
