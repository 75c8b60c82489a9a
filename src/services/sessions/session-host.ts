import type { HostSession } from '../../contract/host.ts';
import type { AgentSession } from '../../contract/records/session.ts';

/** The hosts, as far as gateway and command line both reach them. */
export interface SessionHost {
  /** What runs now on the host of this name; null where that is not known, which is no failure of whoever asks. */
  sessions(host: string): Promise<HostSession[] | null>;
  /** Ends the conversation for good. */
  endConversation(session: AgentSession): Promise<void>;
}
