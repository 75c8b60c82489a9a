/** A fresh conversation: what is open stops, the agent's conversation ends, the generation goes up. */

import type { Backend } from '../backend/backend.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { Store } from '../store/store.ts';
import type { HealthGate } from './health-gate.ts';
import type { OpenTurns } from './open-turns.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface ResetOptions {
  store: Store;
  backend: Backend;
  gate: HealthGate;
  turnWriter: TurnWriter;
  turns: OpenTurns;
  clock(): number;
}

/** `actor` is who wants it: for the audit log. */
export function reset(session: AgentSession, actor: string, options: ResetOptions): Promise<AgentSession> {
  const { turns } = options;
  // In the queue itself: a question that comes meanwhile belongs to the new conversation.
  const place = turns.reserve(session.name, { force: true });
  turns.stopAll(session.name);
  const { promise, resolve, reject } = Promise.withResolvers<AgentSession>();
  place.fill(session.name, () => startOver(session, actor, options).then(resolve, reject));
  return promise;
}

async function startOver({ name, userId }: AgentSession, actor: string, options: ResetOptions): Promise<AgentSession> {
  const { store, backend, gate, turnWriter, clock } = options;
  gate.drop(name);
  await backend.reset(name);
  const fresh = await store.sessions.startOver(name, { actor, at: clock() });
  const event = { type: 'reset' as const, generation: fresh.generation };
  await turnWriter.append({ turnId: NO_TURN, userId, at: clock(), event });
  return fresh;
}

// The event is the session's, not a turn's.
const NO_TURN = '00000000-0000-0000-0000-000000000000';
