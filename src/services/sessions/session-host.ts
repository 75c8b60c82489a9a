import type { HostSession } from '../../contract/host.ts';
import type { AgentSession } from '../../contract/records/session.ts';

/** The host, as far as gateway and command line both reach it. */
export interface SessionHost {
  /** By which conversations know it. */
  name: string;
  /** What runs there now; null where that is not known, which is no failure of whoever asks. */
  sessions(): Promise<HostSession[] | null>;
  /** Ends the conversation for good. */
  endConversation(session: AgentSession): Promise<void>;
}
