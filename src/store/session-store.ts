/** Conversations. */
import type { By } from '../contract/records/audit-log.ts';
import type { AgentSession } from '../contract/records/session.ts';

export interface SessionStore {
  /**
   * The user's conversation, created on first use: `<prefix>-<8 hex>`, with more digits where another
   * user's id begins alike. On another host than before the conversation begins anew, with the next generation.
   */
  ofUser(user: { id: string }, options: { prefix: string; host: string; now: number }): Promise<AgentSession>;
  /** Adds one to the generation. @throws PaliadinError `not_found` */
  startOver(name: string, by: By): Promise<AgentSession>;
  get(name: string): Promise<AgentSession | null>;
  list(): Promise<(AgentSession & { subject: string })[]>;
}
