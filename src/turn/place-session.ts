/** Finds a user's session, or creates it on a host; it leaves a host that takes no questions any more. */
import type { Hosts } from '../backend/hosts.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { Store } from '../store/store.ts';
import { type MoveOptions, moveNow } from './move.ts';

export interface PlaceOptions extends MoveOptions {
  store: Pick<Store, 'sessions'>;
  hosts: Hosts;
  sessionPrefix: string;
}

export async function placeSession(userId: string, options: PlaceOptions): Promise<AgentSession> {
  const { store, hosts, sessionPrefix: prefix, clock } = options;
  const known = await store.sessions.byUser(userId);
  if (known === null) {
    const { host } = await hosts.forNewSession();
    return store.sessions.ofUser({ id: userId }, { prefix, host, now: clock() });
  }
  // While no host takes questions, a history can be read all the same.
  if (hosts.serves(known.host) || hosts.refusal() !== null) return known;
  const { host: to } = await hosts.forNewSession();
  return moveNow(known, { to, because: 'removed', actor: 'gateway' }, options);
}
