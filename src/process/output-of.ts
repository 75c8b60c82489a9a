import { execFile } from 'node:child_process';

/** What a program prints, without the line's end. Rejects where it fails, or takes too long. */
export function outputOf(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(program, args, { env, timeout: PATIENCE_MS, killSignal: 'SIGKILL' }, (error, out, err) =>
    // Some tell their version on standard error.
    error === null ? resolve((out || err).trim()) : reject(error),
  );
  child.stdin?.end();
  return promise;
}

// Claude Code takes a second to say its version, on a busy machine several.
const PATIENCE_MS = 15_000;
