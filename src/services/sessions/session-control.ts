/** Actions of the owner and admins on a conversation. */
import type { Hosts } from '../../backend/hosts.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { ScreenView } from '../../contract/screen.ts';
import type { Store } from '../../store/store.ts';
import type { Turns } from '../../turn/turns.ts';
import type { Actor } from '../actor.ts';
import type { Readings } from '../readings.ts';
import type { SessionService } from './sessions.ts';
import { watchScreen } from './watch-screen.ts';

export interface SessionControl {
  /**
   * Stops what is open and begins a new conversation. The history stays.
   * @throws PaliadinError `not_found`, and the host's errors
   */
  reset(actor: Actor, name: string): Promise<AgentSession>;
  /**
   * Stops what is open and begins a new conversation on another host, with the last turns. The history stays.
   * @throws PaliadinError `not_found`, `conflict`, and why that host could not answer now
   */
  move(actor: Actor, name: string, host: string): Promise<AgentSession>;
  /**
   * Ends the terminal and keeps the conversation. False where it stays, because a turn is under way or somebody watches
   * it.
   * @throws PaliadinError as `reset`
   */
  hibernate(actor: Actor, name: string): Promise<boolean>;
  /**
   * What the terminal shows, as it changes, until `signal` aborts. The view is put on record first.
   * @throws PaliadinError
   */
  watchScreen(actor: Actor, name: string): Promise<(signal: AbortSignal) => AsyncIterable<ScreenView>>;
}

export interface SessionControlOptions {
  store: Pick<Store, 'audit'>;
  sessions: Pick<SessionService, 'get'>;
  turns: Pick<Turns, 'resetSession' | 'moveSession'>;
  hosts: Pick<Hosts, 'of'>;
  onRecord: Readings;
  /** UTC milliseconds. */
  clock(): number;
}

export function createSessionControl(options: SessionControlOptions): SessionControl {
  const { store, sessions, turns, hosts, onRecord, clock } = options;
  return {
    reset: (actor, name) => turns.resetSession(name, actor.id),

    move: (actor, name, host) => turns.moveSession(name, host, actor.id),

    async hibernate(actor, name) {
      const session = await sessions.get(name);
      const hibernated = await hosts.of(session).hibernate(session.name);
      if (hibernated) {
        const entry = { actor: actor.id, subject: session.userId, turnId: null, at: clock() };
        await store.audit.append([{ ...entry, action: 'session.hibernated', detail: { session: session.name } }]);
      }
      return hibernated;
    },

    async watchScreen(actor, name) {
      const session = await sessions.get(name);
      const detail = { session: session.name };
      await onRecord({ actor: actor.id, action: 'read.screen', subject: session.userId, detail });
      return (signal) => watchScreen(hosts.of(session), session.name, signal);
    },
  };
}
