/** Where an agent, and one of its turns, keep what they exchange with the host. */
import type { McpAccess } from '../app-tools/mcp-access.ts';
import type { AgentHome } from '../isolation/isolation.ts';

/** Where a session's agent lives. */
export interface AgentPaths {
  session: string;
  /** A directory of this session's own, through which agent and driver communicate. */
  directory: string;
  /** The agent's own conversation: a UUID. */
  conversation: string;
  home: AgentHome;
  /** How it reaches the application's tools; absent where there are none. */
  mcp?: McpAccess | undefined;
  /** Where the files are that came with questions: the agent may read them. */
  files?: string | undefined;
}

export interface TurnPaths {
  turnId: string;
  /** The session's directory, as in `AgentPaths`. */
  directory: string;
  /** Unguessable and new for each turn, so that no earlier turn can answer in its name. */
  nonce: string;
  home: AgentHome;
}
