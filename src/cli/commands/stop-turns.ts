import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../../contract/errors.ts';
import type { Store } from '../../store/store.ts';
import { stopped } from '../../turn/stop-all.ts';

/** `acquire` takes the gateway's lock. A running gateway stops the turns of a disabled user. If no gateway runs, no turn is being processed. */
export async function stopTurns(
  { turns }: Pick<Store, 'turns'>,
  acquire: () => Promise<(() => unknown) | null>,
  userId: string,
): Promise<void> {
  const release = await acquire();
  try {
    if (release !== null) {
      const at = Date.now();
      const open = await turns.openOf(userId);
      if (open.length > 0) await turns.write(open.map((turn) => stopped(turn, at)));
      return;
    }
    for (const until = Date.now() + STOP_MS; Date.now() < until; await delay(LOOK_AGAIN_MS)) {
      if ((await turns.countOpen(userId)) === 0) return;
    }
    throw new PaliadinError('conflict', 'the gateway did not stop their turns in time; try again');
  } finally {
    await release?.();
  }
}

// The gateway checks every two seconds, and its host may take some seconds to stop.
const STOP_MS = 30_000;
const LOOK_AGAIN_MS = 100;
