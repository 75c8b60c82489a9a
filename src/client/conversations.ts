/** The user's conversations: each has its own context with the agent. */
import type {
  ConversationDeleted,
  ConversationPatch,
  ConversationsPage,
  ConversationsQuery,
  ConversationView,
  ResetResult,
} from '../contract/api.ts';

/** A conversation's id is the `sessionId` of its questions. */
export interface ConversationClient {
  /** Last used first. */
  list(query?: Partial<ConversationsQuery>): Promise<ConversationsPage>;
  get(sessionId: string): Promise<ConversationView>;
  /** Without a title, its first question is the title. */
  create(title?: string): Promise<ConversationView>;
  rename(sessionId: string, title: string): Promise<ConversationView>;
  archive(sessionId: string): Promise<ConversationView>;
  unarchive(sessionId: string): Promise<ConversationView>;
  /** Its answers until now were seen. */
  markSeen(sessionId: string): Promise<ConversationView>;
  /** With all that was said in it. */
  delete(sessionId: string): Promise<ConversationDeleted>;
  /** Begins it anew with the agent. Its history stays. */
  reset(sessionId: string): Promise<ResetResult>;
}

type Json = <T>(method: string, path: string, options?: { body?: unknown }) => Promise<T>;

export function conversationCalls(json: Json): ConversationClient {
  const of = (sessionId: string) => `/api/conversations/${encodeURIComponent(sessionId)}`;
  const change = (sessionId: string, body: ConversationPatch) =>
    json<ConversationView>('PATCH', of(sessionId), { body });
  return {
    list(query = {}) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
      return json('GET', `/api/conversations?${search}`);
    },
    get: (sessionId) => json('GET', of(sessionId)),
    create: (title) => json('POST', '/api/conversations', { body: { title } }),
    rename: (sessionId, title) => change(sessionId, { title }),
    archive: (sessionId) => change(sessionId, { archived: true }),
    unarchive: (sessionId) => change(sessionId, { archived: false }),
    markSeen: (sessionId) => change(sessionId, { seen: true }),
    delete: (sessionId) => json('DELETE', of(sessionId)),
    reset: (sessionId) => json('POST', `${of(sessionId)}/reset`),
  };
}
