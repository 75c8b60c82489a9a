/** What a user does with their conversations, beside asking in them. */
import type { Hosts } from '../backend/hosts.ts';
import type { ConversationPatch, ConversationsPage, ConversationView } from '../contract/api.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { Conversation } from '../contract/records/session.ts';
import { cleanText } from '../contract/sanitise.ts';
import { type ConversationQuery, noSuchConversation } from '../store/conversation-store.ts';
import type { Store } from '../store/store.ts';
import type { TurnDispatcher } from './dispatcher.ts';
import { forgetDeleted } from './forget-deleted.ts';
import type { HealthGate } from './health-gate.ts';
import type { ConversationSettings } from './place-session.ts';
import { NO_TURN } from './reset.ts';
import { stopped } from './stop-all.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface Conversations {
  list(query: ConversationQuery): Promise<ConversationsPage>;
  /** @throws PaliadinError `not_found`, also for another user's; so do the others below */
  get(userId: string, sessionId: string): Promise<ConversationView>;
  /** @throws PaliadinError `conversation_limit`; `not_allowed` where each user has one */
  create(userId: string, title?: string): Promise<ConversationView>;
  change(userId: string, sessionId: string, change: ConversationPatch): Promise<ConversationView>;
  /**
   * Stops what is open in it, and deletes it with all that was said. Where one of its hosts is away, its files there are
   * deleted when that is back.
   */
  remove(userId: string, sessionId: string): Promise<{ turns: number; hostAway: boolean }>;
}

export interface ConversationsOptions {
  store: Store;
  hosts: Hosts;
  gate: Pick<HealthGate, 'drop'>;
  turnWriter: Pick<TurnWriter, 'append' | 'write'>;
  dispatcher: Pick<TurnDispatcher, 'interrupt'>;
  sessionPrefix: string;
  conversations: ConversationSettings;
  /** On its host, permanently. */
  endConversation(session: { name: string; host: string }): Promise<void>;
  clock(): number;
}

export function createConversations(options: ConversationsOptions): Conversations {
  const { store, hosts, turnWriter, dispatcher, clock } = options;
  const { howMany, limit } = options.conversations;

  async function own(userId: string, sessionId: string): Promise<Conversation> {
    const found = await store.conversations.get(userId, sessionId);
    if (found === null) throw noSuchConversation();
    return found;
  }

  function requireMany(): void {
    if (howMany === 'many') return;
    throw new PaliadinError(
      'not_allowed',
      'each user has one lasting conversation here (PALIADIN_CONVERSATIONS is one); POST /api/session/reset begins it anew',
    );
  }

  function tell(userId: string, session: string): Promise<void> {
    return turnWriter.append({ turnId: NO_TURN, userId, at: clock(), event: { type: 'conversation', session } });
  }

  async function removeNow({ name, userId }: Conversation): Promise<{ turns: number; hostAway: boolean }> {
    // Nothing runs now; what was accepted since then waits behind this, and will not be there any more.
    for (const turn of await store.turns.openOf(userId)) {
      if (turn.agentSession === name) await turnWriter.write(stopped(turn, clock()));
    }
    options.gate.drop(name);
    const { turns } = await store.conversations.remove(name, { actor: userId, at: clock() });
    await tell(userId, name);
    const left = await forgetDeleted(options, (deleted) => deleted.name === name);
    return { turns, hostAway: left.length > 0 };
  }

  return {
    async list(query) {
      const { conversations, next } = await store.conversations.list(query);
      return { conversations: conversations.map(toConversationView), nextBefore: next };
    },

    async get(userId, sessionId) {
      return toConversationView(await own(userId, sessionId));
    },

    async create(userId, title) {
      requireMany();
      const refusal = hosts.refusal();
      if (refusal !== null) throw refusal;
      const { host } = await hosts.forNewSession();
      const made = await store.conversations.create(
        { id: userId },
        { prefix: options.sessionPrefix, host, title: title === undefined ? null : cleanTitle(title), most: limit },
        { actor: userId, at: clock() },
      );
      await tell(userId, made.name);
      return toConversationView(await own(userId, made.name));
    },

    async change(userId, sessionId, { title, ...change }) {
      const { name } = await own(userId, sessionId);
      const by = { actor: userId, at: clock() };
      const changed = { ...change, ...(title !== undefined && { title: cleanTitle(title) }) };
      await store.conversations.change(name, changed, by);
      await tell(userId, name);
      return toConversationView(await own(userId, name));
    },

    async remove(userId, sessionId) {
      const conversation = await own(userId, sessionId);
      return dispatcher.interrupt(conversation.name, () => removeNow(conversation));
    },
  };
}

function toConversationView(conversation: Conversation): ConversationView {
  const { name, title, state, archivedAt, createdAt, lastUsedAt, generation } = conversation;
  return {
    sessionId: name,
    title,
    state,
    unread: conversation.finishedAt !== null && conversation.finishedAt > conversation.seenAt,
    archivedAt,
    createdAt,
    lastUsedAt,
    generation,
    moved: conversation.movedIn === generation,
  };
}

function cleanTitle(title: string): string {
  return cleanText(title).replace(/\s+/g, ' ').trim();
}
