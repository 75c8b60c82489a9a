import { PaliadinError } from '../../contract/errors.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { Store } from '../../store/store.ts';

/** The session of a user's name or id, or of its own name. @throws PaliadinError `not_found` */
export async function findSession(store: Store, wanted: string): Promise<AgentSession> {
  const sessions = await store.sessions.list();
  const found = sessions.find(({ name, userId, subject }) => [name, userId, subject].includes(wanted));
  if (found !== undefined) return found;
  const known = sessions.map(({ subject }) => subject).join(', ') || 'nobody yet';
  throw new PaliadinError('not_found', `${wanted} has no conversation; those who have one: ${known}`);
}
