/** Stops everything that a user has open. */
import { setTimeout as delay } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import { PaliadinError } from '../contract/errors.ts';
import type { Turn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import type { TurnDispatcher } from './dispatcher.ts';
import { refused } from './finish.ts';
import { toBodies } from './turn-event-writer.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface StopAllOptions {
  store: Pick<Store, 'turns'>;
  turnWriter: Pick<TurnWriter, 'write'>;
  dispatcher: Pick<TurnDispatcher, 'stop'>;
  clock(): number;
}

/**
 * Resolves when nothing is open any more, including what was being accepted at that moment.
 *
 * @throws PaliadinError `conflict` where that takes too long.
 */
export async function stopAll(userId: string, options: StopAllOptions): Promise<void> {
  const over = new AbortController();
  const message = new PaliadinError('conflict', 'a turn did not stop in time');
  try {
    await pTimeout(stopUntilNone(userId, options, over.signal), { milliseconds: PATIENCE_MS, message });
  } finally {
    over.abort();
  }
}

async function stopUntilNone(
  userId: string,
  { store, turnWriter, dispatcher, clock }: StopAllOptions,
  over: AbortSignal,
): Promise<void> {
  for (let look = 1; !over.aborted; look++) {
    const open = await store.turns.openOf(userId);
    if (open.length === 0) return;
    const ran = await Promise.all(open.map(({ turnId }) => dispatcher.stop(turnId)));
    if (ran.includes(true)) continue;
    // A turn that was accepted just now runs in a moment; one that is not run by any gateway is ended here.
    if (look >= LOOKS) await Promise.all(open.map((turn) => turnWriter.write(stopped(turn, clock()))));
    else await delay(LOOK_AGAIN_MS);
  }
}

/** The end of a turn that is not run by any gateway, such as while there is none. */
export function stopped(turn: Turn, at: number) {
  const change = refused(new PaliadinError('cancelled'), '');
  return {
    turnId: turn.turnId,
    change: { ...change, finishedAt: at, durationMs: Math.max(0, at - turn.startedAt) },
    events: toBodies(turn, at, [{ type: 'finished', status: change.status }]),
  };
}

// This does not wait for a host that is away, so the time is for a store that is unavailable.
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 50;
const LOOKS = 20;
