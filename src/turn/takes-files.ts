/** Whether a host takes files. Found out before the question is accepted: nobody should wait to learn that it is not. */
import type { Backend } from '../backend/backend.ts';
import { takesNoFiles } from '../backend/send-attachments.ts';
import type { WhenAway } from '../contract/turn.ts';

/** @throws PaliadinError `shim_outdated` where it does not, and why it can't be asked, unless the question may wait. */
export async function requireFilesTaken(
  backend: Pick<Backend, 'identity' | 'health'>,
  { whenAway }: { whenAway: WhenAway },
): Promise<void> {
  if (backend.identity() === null) {
    try {
      await backend.health(null);
    } catch (error) {
      if (whenAway !== 'wait') throw error;
      return;
    }
  }
  if (backend.identity()?.attachments !== true) throw takesNoFiles();
}
