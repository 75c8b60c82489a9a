/** Where an agent and its turns are, and what can be read of it. */
import type { AgentHome } from '../isolation/isolation.ts';

/** Where a session's agent lives. */
export interface AgentPaths {
  session: string;
  /** A directory of this session's own, through which agent and driver communicate. */
  directory: string;
  /** The agent's own conversation: a UUID. */
  conversation: string;
  home: AgentHome;
}

export interface TurnPaths {
  turnId: string;
  /** The session's directory, as in `AgentPaths`. */
  directory: string;
  /** Unguessable and new for each turn, so that no earlier turn can answer in its name. */
  nonce: string;
  home: AgentHome;
}

export type Reading =
  /** Nothing recognised yet. */
  | { state: 'starting' }
  /** An input box; `empty` or with text in it; `busy` while the agent works. */
  | { state: 'ready' | 'busy'; box: 'empty' | 'full' }
  /** A dialog waits for a person: nothing may be typed. `harmless`: a menu that Escape closes without a change. */
  | { state: 'dialog'; text: string; harmless?: boolean };
