/** One verb of the shim over an ssh connection of its own. */
import { type ExecFileException, execFile } from 'node:child_process';
import { PaliadinError } from '../../contract/errors.ts';
import type { ShimVerb } from '../../contract/shim.ts';
import { sshFailure } from './failure.ts';
import type { SshEnd } from './ssh-end.ts';
import { formatTarget, type SshTarget, sshArguments, sshEnvironment } from './target.ts';

export interface CallOptions {
  env: NodeJS.ProcessEnv;
  /** The call is ended after this time. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Returns what the verb wrote to standard output, including the login shell's greeting.
 * @throws PaliadinError from the output of ssh and shim; `timeout` after `timeoutMs`.
 */
export async function callShim(
  target: SshTarget,
  { env, timeoutMs, signal }: CallOptions,
  verb: ShimVerb,
  ...args: string[]
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const settings = { env: sshEnvironment(env), maxBuffer: MAX_OUTPUT, killSignal: 'SIGKILL' as const };
  try {
    const child = execFile(
      target.program,
      sshArguments(target, verb, ...args),
      { ...settings, timeout: timeoutMs, ...(signal && { signal }) },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(toPaliadinError(error, stderr))),
    );
    child.stdin?.end();
  } catch (error) {
    throw new PaliadinError('shim_error', `ssh can't be started: ${(error as Error).message}`, { cause: error });
  }

  function toPaliadinError(error: ExecFileException, stderr: string): PaliadinError {
    if (signal?.aborted) return new PaliadinError('cancelled');
    if (typeof error.code === 'string') return new PaliadinError('shim_error', `ssh: ${error.code}`, { cause: error });
    if (error.killed)
      return new PaliadinError('timeout', `${formatTarget(target)} did not answer within ${timeoutMs} ms`);
    const end: SshEnd = { code: error.code ?? null, signal: error.signal ?? null, stderr };
    return sshFailure(end, formatTarget(target));
  }

  return promise;
}

// The longest answer that a host keeps, and the output of a login shell before it.
const MAX_OUTPUT = 16 * 1024 * 1024;
