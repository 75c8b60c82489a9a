/** A conversation with the agent. */

/** A user's persistent conversation with the agent. */
export interface AgentSession {
  /** Unique; also the name of the tmux session. */
  name: string;
  userId: string;
  host: string;
  /** A reset adds one. Turns of different generations are different conversations. */
  generation: number;
  /** The generation that began with a move from another host; null where none did. */
  movedIn: number | null;
  createdAt: number;
  lastUsedAt: number;
}
