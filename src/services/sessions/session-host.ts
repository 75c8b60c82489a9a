import type { HostSession } from '../../contract/host.ts';
import type { AgentSession } from '../../contract/records/session.ts';

/** The hosts, limited to what both gateway and command line can do with them. */
export interface SessionHost {
  /** What runs now on the host of this name; null where that is not known, which is not an error for the caller. */
  sessions(host: string): Promise<HostSession[] | null>;
  /** Ends the conversation permanently. */
  endConversation(session: Pick<AgentSession, 'name' | 'host'>): Promise<void>;
}
