/** How a run of ssh ended. */
export interface SshEnd {
  /** Null where a signal ended it, or nobody knows: then `stderr` is our own word. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What ssh, the login shell and the shim wrote to standard error; the end of it, where that is long. */
  stderr: string;
  /** What came on standard output before the protocol, or instead of it. */
  printed?: string;
}
