/** Runs a command as another account of this machine. */
import { execFile } from 'node:child_process';

// By long custom the number of an account that owns nothing.
export const NOBODY = 65534;

/** Only root can be another account for a moment. */
export const IS_ROOT = process.getuid?.() === 0;

/** The exit code. */
export function asNobody(...command: string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const account = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  execFile('setpriv', [...account, ...command], (error) => resolve(error === null ? 0 : Number(error.code)));
  return promise;
}
