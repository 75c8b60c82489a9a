/** Answers that come after their turn was given up: collected, and shown as late. */

import type { Hosts } from '../backend/hosts.ts';
import { GIVEN_UP, type Turn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import { acknowledge } from './acknowledge.ts';
import { fetchAnswer } from './fetch-answer.ts';
import { answeredLate } from './finish.ts';
import { toBodies } from './turn-event-writer.ts';
import { turnSnapshot } from './turn-snapshot.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface LateOptions {
  hosts: Pick<Hosts, 'of'>;
  store: Store;
  turnWriter: TurnWriter;
  clock(): number;
}

/** Asks the host for the answer of a turn that had timed out; nothing happens where there is none. */
export async function collectLate(turnId: string, { hosts, store, turnWriter, clock }: LateOptions): Promise<void> {
  const turn = await store.turns.get(turnId);
  if (turn === null || !awaitsAnswer(turn)) return;
  const backend = hosts.of(turn);
  const found = await backend.turn(turn.agentSession, turnId, 0);
  // The host may also still run a turn that the gateway gave up while the host was away.
  if (found.state === 'running' && (await turnSnapshot(store, turn)).approvals.length > 0) {
    // Nobody can decide this approval any more, and the next question would wait behind it.
    return backend.cancel(turn.agentSession, turnId);
  }
  if (!found.late && found.state !== 'done') return;
  const answer = await fetchAnswer(backend, turn, found.answerLength);
  const events = toBodies(turn, clock(), [{ type: 'late' }]);
  await turnWriter.write({ turnId, change: answeredLate(found, answer), events });
  await acknowledge(turn, { hosts, turnWriter });
}

/** The turn was given up, and the agent may still answer. */
export function awaitsAnswer(turn: Turn): boolean {
  return !turn.late && GIVEN_UP.some((code) => code === turn.errorCode);
}
