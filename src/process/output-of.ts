import { execFile } from 'node:child_process';

/** A program's output, without the final newline. Rejects if it fails, or takes longer than `ms`. */
export function outputOf(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  ms: number = PATIENCE_MS,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(program, args, { env, timeout: ms, killSignal: 'SIGKILL' }, (error, out, err) =>
    // Some print their version to standard error.
    error === null ? resolve((out || err).trim()) : reject(error),
  );
  child.stdin?.end();
  return promise;
}

// Claude Code takes a second to print its version, on a busy machine several.
const PATIENCE_MS = 15_000;
