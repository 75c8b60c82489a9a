/** Starts a new conversation: open turns stop, the agent's conversation ends, the generation goes up. */

import type { Hosts } from '../backend/hosts.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { Store } from '../store/store.ts';
import type { TurnDispatcher } from './dispatcher.ts';
import type { HealthGate } from './health-gate.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface ResetOptions {
  store: Store;
  hosts: Pick<Hosts, 'of'>;
  gate: HealthGate;
  turnWriter: TurnWriter;
  dispatcher: Pick<TurnDispatcher, 'interrupt'>;
  clock(): number;
}

/** `actor` is who resets, for the audit log. */
export function reset(session: AgentSession, actor: string, options: ResetOptions): Promise<AgentSession> {
  // Done in the queue, so that a question that arrives meanwhile belongs to the new conversation.
  return options.dispatcher.interrupt(session.name, () => startOver(session, actor, options));
}

async function startOver(session: AgentSession, actor: string, options: ResetOptions): Promise<AgentSession> {
  const { name, userId } = session;
  const { store, hosts, gate, turnWriter, clock } = options;
  gate.drop(name);
  await hosts.of(session).reset(name);
  const fresh = await store.sessions.startOver(name, { actor, at: clock() });
  const event = { type: 'reset' as const, generation: fresh.generation, session: name };
  await turnWriter.append({ turnId: NO_TURN, userId, at: clock(), event });
  return fresh;
}

/** Of an event that belongs to the session, not to a turn. */
export const NO_TURN = '00000000-0000-0000-0000-000000000000';
