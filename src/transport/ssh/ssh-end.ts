/** How a run of ssh ended. */
export interface SshEnd {
  /** Null if a signal ended it, or if it is unknown: then `stderr` is our own text. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What ssh, the login shell and the shim wrote to standard error; only the end of a long output. */
  stderr: string;
  /** Standard output before the protocol, or in place of it. */
  printed?: string;
}
