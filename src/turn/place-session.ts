/** Finds a user's conversation, or creates it on a host; it leaves a host that takes no questions any more. */
import type { Hosts } from '../backend/hosts.ts';
import type { AgentSession } from '../contract/records/session.ts';
import { noSuchConversation } from '../store/conversation-store.ts';
import type { Store } from '../store/store.ts';
import { LAST_USED } from './accept.ts';
import { type MoveOptions, moveNow } from './move.ts';

export interface PlaceOptions extends MoveOptions {
  store: Pick<Store, 'sessions' | 'conversations'>;
  hosts: Hosts;
  sessionPrefix: string;
  conversations: ConversationSettings;
}

export interface ConversationSettings {
  /** `one`: what a request calls its conversation makes no difference. */
  howMany: 'one' | 'many';
  /** Of each user. */
  limit: number;
}

/**
 * The conversation of this id; also one in which requests used this id as that of a chat, before users had several.
 * @throws PaliadinError `not_found`, also for another user's
 */
export async function placeSession(userId: string, sessionId: string, options: PlaceOptions): Promise<AgentSession> {
  const { hosts } = options;
  const known = await find(userId, sessionId, options);
  // While no host takes questions, a history can be read all the same.
  if (hosts.serves(known.host) || hosts.refusal() !== null) return known;
  const { host: to } = await hosts.forNewSession();
  return moveNow(known, { to, because: 'removed', actor: 'gateway' }, options);
}

async function find(userId: string, sessionId: string, options: PlaceOptions): Promise<AgentSession> {
  const { store, conversations } = options;
  if (conversations.howMany === 'one' || sessionId === LAST_USED) return lastUsed(userId, options);
  const found =
    (await store.conversations.get(userId, sessionId)) ?? (await store.conversations.ofChat(userId, sessionId));
  if (found === null) throw noSuchConversation();
  return found;
}

async function lastUsed(userId: string, { store, hosts, sessionPrefix: prefix, clock }: PlaceOptions) {
  const known = await store.sessions.byUser(userId);
  if (known !== null) return known;
  const { host } = await hosts.forNewSession();
  return store.sessions.ofUser({ id: userId }, { prefix, host, now: clock() });
}
