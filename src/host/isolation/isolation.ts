/** What keeps the agents of different people apart: a home for each session, and a launch that shows its agent nothing else. */
import type { IsolationLevel } from '../../contract/isolation.ts';
import type { Launch } from '../tmux/setup.ts';

/** Where a session's agent works. */
export interface AgentHome {
  /** Its working directory. */
  cwd: string;
  /** A home directory of its own, with a configuration of its own; null: the owner's. */
  home: string | null;
  /** What the owner shares with every agent, to be read only; null where that is the working directory itself. */
  shared: string | null;
  /** What its agent is to be forbidden to read or change, where only the agent's own rules hold it: patterns of `.gitignore`. */
  forbidden: readonly string[];
}

export interface Isolation {
  readonly level: IsolationLevel;
  /** The session's home. Makes nothing. */
  homeOf(session: string): AgentHome;
  /** Makes the session's home, with what the owner shares by now. Only while no agent of the session runs. */
  prepare(session: string): AgentHome;
  /** The launch as it has to be done so that the agent sees its own home only. */
  confine(session: string, launch: Launch): Launch;
  /** Deletes the session's home with all that is in it. Only while no agent of the session runs. */
  forget(session: string): Promise<void>;
  /** Whether the agent that runs was started behind the same walls. */
  fits(session: string): boolean;
}
