/** Moves a conversation to another host: it begins anew there, and its first turn brings the last turns before it. */
import type { Hosts } from '../backend/hosts.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { MoveReason } from '../store/session-store.ts';
import type { Store } from '../store/store.ts';
import type { TurnDispatcher } from './dispatcher.ts';
import type { HealthGate } from './health-gate.ts';
import { NO_TURN } from './reset.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface MoveOptions {
  store: Pick<Store, 'sessions'>;
  hosts: Pick<Hosts, 'of' | 'all' | 'serves'>;
  gate: Pick<HealthGate, 'drop'>;
  turnWriter: Pick<TurnWriter, 'append'>;
  clock(): number;
}

interface Move {
  to: string;
  because: MoveReason;
  /** For the audit log. */
  actor: string;
  /** Fails while a turn is open, instead of leaving it to the host that it runs on. */
  unlessOpen?: boolean;
}

/**
 * Stops what is open first.
 * @throws PaliadinError `not_found` where there is no such host, and why it could not answer now.
 */
export async function moveSession(
  session: AgentSession,
  to: string,
  actor: string,
  options: MoveOptions & { dispatcher: Pick<TurnDispatcher, 'interrupt'> },
): Promise<AgentSession> {
  const { hosts, dispatcher } = options;
  if (!hosts.all().some(({ host }) => host === to) || !hosts.serves(to)) {
    throw new PaliadinError(
      'not_found',
      `there is no host ${to} that takes questions; \`paliadin host list\` shows them`,
    );
  }
  if (to === session.host) throw new PaliadinError('conflict', `this conversation is on ${to} already`);
  await hosts.of({ host: to }).health(null);
  return dispatcher.interrupt(session.name, () => moveNow(session, { to, because: 'asked', actor }, options));
}

export async function moveNow(
  session: AgentSession,
  { to, because, actor, unlessOpen = false }: Move,
  { store, hosts, gate, turnWriter, clock }: MoveOptions,
): Promise<AgentSession> {
  const { name, userId, host: from } = session;
  const left = hosts.of(session);
  gate.drop(name);
  const moved = await store.sessions.move(name, { from, to, because, unlessOpen }, { actor, at: clock() });
  const event = { type: 'reset' as const, generation: moved.generation, moved: true, session: name };
  await turnWriter.append({ turnId: NO_TURN, userId, at: clock(), event });
  // Its terminal there is not needed any more. Where the host is away, it ends with the others that are idle.
  left.reset(name).catch(() => {});
  return moved;
}
