/** The parameters with which tmux servers and panes are started. */

/** What is the same for all servers of a host. */
export interface TmuxSetup {
  /** The tmux program. */
  tmux: string;
  /** Path of the configuration file. */
  configuration: string;
  /** The whole environment of servers and panes. */
  env: Record<string, string>;
  /** How long a server has to answer, in milliseconds. */
  answerMs?: number | undefined;
}

/** A program to run in a pane. */
export interface Launch {
  argv: [string, ...string[]];
  cwd: string;
  env: Record<string, string>;
  /** If the program sees only its home and the system's programs, what else it needs: paths to read, */
  read?: readonly string[];
  /** directories to write, */
  write?: readonly string[];
  /** files of its owner that appear at a path of its home and that it may write: `[source, path]`, */
  lent?: readonly (readonly [source: string, path: string])[];
  /** and files that appear at a path of its home and that it can't change: `[source, path]`. */
  fixed?: readonly (readonly [source: string, path: string])[];
}

/** Wide enough that an agent wraps little, and a common size of people's terminals. */
export const PANE_SIZE = { columns: 120, rows: 40 };
