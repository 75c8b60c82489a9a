import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PaliadinError } from '../../contract/errors.ts';

/** The socket of a session's tmux server. The name is short, because a socket's path has a short limit. */
export function socketPath(directory: string, session: string): string {
  const name = createHash('sha256').update(session).digest('hex').slice(0, NAME_LENGTH);
  return checkSocketPath(join(directory, name));
}

/** The socket of a probe of that server. A new name each time: a killed daemon may have left one. */
export function probePath(socket: string): string {
  return `${socket}.${randomBytes(2).toString('hex')}`;
}

/**
 * Removes the sockets of probes that were running when a daemon was killed; the probes themselves have ended with it.
 */
export async function removeProbes(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => PROBE.test(name));
  await Promise.all(names.map((name) => rm(join(directory, name), { force: true })));
}

/** @throws PaliadinError if the system could not bind a socket there. */
export function checkSocketPath(path: string): string {
  if (Buffer.byteLength(probePath(path)) <= MAX_SOCKET_PATH) return path;
  throw new PaliadinError(
    'shim_error',
    `the state directory's path is too long for a socket (${path}): set PALIADIN_STATE_DIR to a shorter one`,
  );
}

// With the lock file that tmux creates beside it.
const PROBE = /\.[0-9a-f]{4}(\.lock)?$/;
// 64 bits: two sessions of one host never have the same name.
const NAME_LENGTH = 16;
// `sun_path` has 104 bytes on macOS, 108 on Linux, including the final NUL.
const MAX_SOCKET_PATH = 103;
