/** A user's conversations, for the owner at the command line. Titles are text of the user: reading them is put on record. */
import { PaliadinError } from '../../contract/errors.ts';
import type { Conversation, ConversationChange } from '../../contract/records/session.ts';
import type { Store } from '../../store/store.ts';
import { forgetDeleted } from '../../turn/forget-deleted.ts';
import { NO_TURN } from '../../turn/reset.ts';
import type { Actor } from '../actor.ts';
import type { Readings } from '../readings.ts';
import type { SessionHost } from './session-host.ts';

export interface ConversationService {
  /** Last used first; all, also those in the archive. */
  list(actor: Actor, userId: string): Promise<Conversation[]>;
  /** @throws PaliadinError `not_found`, also where it is another user's */
  change(
    actor: Actor,
    userId: string,
    name: string,
    change: Pick<ConversationChange, 'title' | 'archived'>,
  ): Promise<void>;
  /**
   * Deletes an idle conversation with all that was said in it, here and on its hosts.
   * @throws PaliadinError `not_found`; `conflict` while one of its turns is open
   */
  remove(actor: Actor, userId: string, name: string): Promise<RemovedConversation>;
}

export interface RemovedConversation {
  turns: number;
  /** See `UserStore.remove`. */
  erased: boolean;
  /** Why a host still has something of it; a gateway has it deleted when that host is back. */
  left: Error[];
}

export interface ConversationServiceOptions {
  store: Pick<Store, 'conversations' | 'events'>;
  host: Pick<SessionHost, 'endConversation'>;
  onRecord: Readings;
  /** UTC milliseconds. */
  clock(): number;
}

export function createConversationService({
  store,
  host,
  onRecord,
  clock,
}: ConversationServiceOptions): ConversationService {
  const { conversations } = store;

  async function requireOwn(userId: string, name: string): Promise<void> {
    if ((await conversations.get(userId, name)) !== null) return;
    throw new PaliadinError(
      'not_found',
      `this user has no conversation ${name}; \`paliadin conversations list\` shows theirs`,
    );
  }

  function tell(userId: string, session: string): Promise<unknown> {
    return store.events.append({
      turnId: NO_TURN,
      userId,
      at: clock(),
      event: { type: 'conversation', session },
    });
  }

  async function all(userId: string, archived: boolean): Promise<Conversation[]> {
    const found: Conversation[] = [];
    for (let before: string | undefined; ; ) {
      const page = await conversations.list({ userId, archived, before, limit: PAGE });
      found.push(...page.conversations);
      if (page.next === null) return found;
      before = page.next;
    }
  }

  return {
    async list(actor, userId) {
      await onRecord({ actor: actor.id, action: 'read.conversations', subject: userId, detail: {} });
      const found = [...(await all(userId, false)), ...(await all(userId, true))];
      return found.sort((one, other) => other.lastUsedAt - one.lastUsedAt);
    },

    async change(actor, userId, name, change) {
      await requireOwn(userId, name);
      await conversations.change(name, change, { actor: actor.id, at: clock() });
      await tell(userId, name);
    },

    async remove(actor, userId, name) {
      await requireOwn(userId, name);
      const removed = await conversations.remove(name, { actor: actor.id, at: clock() }, { unlessOpen: true });
      await tell(userId, name);
      const endConversation = host.endConversation;
      const left = await forgetDeleted({ store, endConversation }, (deleted) => deleted.name === name);
      return { ...removed, left };
    },
  };
}

const PAGE = 200;
