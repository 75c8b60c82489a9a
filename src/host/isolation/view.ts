/** What a sandboxed agent sees besides the system's programs. All paths are absolute. */
import { isAbsolute } from 'node:path';

export interface SandboxView {
  /** Directories that it may write: its own. */
  write: readonly string[];
  /** Files and directories that it may read. */
  read: readonly string[];
  /** Files of the owner that appear at a path, and that it may write: `[source, path]`. */
  lent: readonly (readonly [source: string, path: string])[];
  /**
   * Files and directories that appear at a path, read-only: `[source, path]`. The path already has an ordinary file or
   * directory. The agent can neither change nor move what appears there.
   */
  fixed: readonly (readonly [source: string, path: string])[];
  /** Its working directory at the start. */
  cwd: string;
}

/** @throws TypeError for a path that is not absolute: inside, it would mean another file. */
export function checkView({ write, read, lent, fixed, cwd }: SandboxView): void {
  for (const path of [...write, ...read, ...lent.flat(), ...fixed.flat(), cwd]) {
    if (!isAbsolute(path)) throw new TypeError(`not an absolute path: ${path}`);
  }
}
