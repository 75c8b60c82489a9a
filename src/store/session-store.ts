/** Conversations. */
import type { By } from '../contract/records/audit-log.ts';
import type { AgentSession, Conversation } from '../contract/records/session.ts';

/** Somebody moved it; its host takes no questions any more; its host is away, and its user would not wait. */
export type MoveReason = 'asked' | 'removed' | 'away';

export interface SessionQuery {
  userId?: string | undefined;
  name?: string | undefined;
  /** The `place` of the last session of the page before. */
  before?: string | undefined;
  limit?: number | undefined;
}

/** Where a session is in the list, for the page that begins after it: the list is in order of what changes with use. */
export function placeOf({ lastUsedAt, name }: Pick<AgentSession, 'lastUsedAt' | 'name'>): string {
  return `${lastUsedAt}.${name}`;
}

export interface ListedSession extends AgentSession, Pick<Conversation, 'title' | 'archivedAt'> {
  subject: string;
}

export interface SessionStore {
  /**
   * The user's conversation that was used last, created on first use: `<prefix>-<8 hex>`, with more digits where another
   * user's id begins alike. `host` is where it is created; a conversation that exists stays where it is.
   */
  ofUser(user: { id: string }, options: { prefix: string; host: string; now: number }): Promise<AgentSession>;
  /** The one that was used last; one in the archive only where there is no other. */
  byUser(userId: string): Promise<AgentSession | null>;
  /**
   * The conversation begins anew on another host, with the next generation. Turns that wait in its queue go there too.
   * Where it has left `from` already, it is returned as it is.
   * @throws PaliadinError `not_found`; with `unlessOpen`, `conflict` while one of its turns is open.
   */
  move(
    name: string,
    way: { from: string; to: string; because: MoveReason; unlessOpen?: boolean },
    by: By,
  ): Promise<AgentSession>;
  /** Adds one to the generation. @throws PaliadinError `not_found` */
  startOver(name: string, by: By): Promise<AgentSession>;
  get(name: string): Promise<AgentSession | null>;
  /** By its name, or the one that the user of this subject or id used last. */
  find(wanted: string): Promise<AgentSession | null>;
  /** Last used first. With the title, which is text of its user. */
  list(query?: SessionQuery): Promise<ListedSession[]>;
  /** How many each host has. */
  countByHost(): Promise<Map<string, number>>;
}
