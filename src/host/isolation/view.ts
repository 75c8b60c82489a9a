/** What a sandboxed agent is shown beside the system's programs. All paths are absolute. */
import { isAbsolute } from 'node:path';

export interface SandboxView {
  /** Directories it may write: they are its own. */
  write: readonly string[];
  /** Files and directories that it may read. */
  read: readonly string[];
  /** Files of the owner's that stand at a path, and that it may write: `[source, path]`. */
  lent: readonly (readonly [source: string, path: string])[];
  /**
   * Files and directories that stand at a path, to be read only: `[source, path]`. At the path there is an ordinary file or
   * directory already. The agent can neither change nor move what stands there.
   */
  fixed: readonly (readonly [source: string, path: string])[];
  /** Where it starts. */
  cwd: string;
}

/** @throws TypeError for a path that is not absolute: it would mean something else inside. */
export function checkView({ write, read, lent, fixed, cwd }: SandboxView): void {
  for (const path of [...write, ...read, ...lent.flat(), ...fixed.flat(), cwd]) {
    if (!isAbsolute(path)) throw new TypeError(`not an absolute path: ${path}`);
  }
}
