import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PaliadinError } from '../../contract/errors.ts';

/** Where a session's tmux server listens. A short name, because a socket's path has a short limit. */
export function socketPath(directory: string, session: string): string {
  const name = createHash('sha256').update(session).digest('hex').slice(0, NAME_LENGTH);
  return checkSocketPath(join(directory, name));
}

/** Where a probe of that server listens. Another one each time: a daemon that was killed may have left one. */
export function probePath(socket: string): string {
  return `${socket}.${randomBytes(2).toString('hex')}`;
}

/** Removes the sockets of probes that a daemon was killed in the middle of; the probes themselves have ended with it. */
export async function removeProbes(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => PROBE.test(name));
  await Promise.all(names.map((name) => rm(join(directory, name), { force: true })));
}

/** @throws PaliadinError when the system could not bind a socket there. */
export function checkSocketPath(path: string): string {
  if (Buffer.byteLength(probePath(path)) <= MAX_SOCKET_PATH) return path;
  throw new PaliadinError(
    'shim_error',
    `the state directory's path is too long for a socket (${path}): set PALIADIN_STATE_DIR to a shorter one`,
  );
}

// With the lock that tmux makes beside it.
const PROBE = /\.[0-9a-f]{4}(\.lock)?$/;
// 64 bits: two sessions of one host never meet.
const NAME_LENGTH = 16;
// `sun_path` has 104 bytes on macOS, 108 on Linux, the final NUL included.
const MAX_SOCKET_PATH = 103;
