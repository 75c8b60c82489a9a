/** Isolates the agents of different people: a home for each session, and a launch that shows its agent nothing else. */
import type { IsolationLevel } from '../../contract/isolation.ts';
import type { Launch } from '../tmux/setup.ts';

/** Where a session's agent works. */
export interface AgentHome {
  /** Its working directory. */
  cwd: string;
  /** A home directory of its own, with its own configuration; null: the owner's. */
  home: string | null;
  /** What the owner shares with every agent, read-only; null if that is the working directory itself. */
  shared: string | null;
  /** What its agent must not read or change, if only the agent's own rules enforce that: patterns of `.gitignore`. */
  forbidden: readonly string[];
}

export interface Isolation {
  readonly level: IsolationLevel;
  /** The session's home. Creates nothing. */
  homeOf(session: string): AgentHome;
  /** Creates the session's home, with what the owner shares now. Only while no agent of the session runs. */
  prepare(session: string): AgentHome;
  /** Changes the launch so that the agent sees only its own home. */
  confine(session: string, launch: Launch): Launch;
  /** Deletes the session's home and everything in it. Only while no agent of the session runs. */
  forget(session: string): Promise<void>;
  /** Whether the running agent was started with the same isolation. */
  fits(session: string): boolean;
}
