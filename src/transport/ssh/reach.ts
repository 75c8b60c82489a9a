/** A channel to the host through ssh: one open connection, or with an older shim, one connection per call. */

import { PaliadinError } from '../../contract/errors.ts';
import { PROTOCOL_VERSION } from '../../contract/host.ts';
import { type HostChannel, reachHost } from '../reach-host.ts';
import { sshFailure } from './failure.ts';
import { instead } from './login-shell.ts';
import { openSsh } from './open.ts';
import { reachPlainHost } from './plain-host.ts';
import type { SshEnd } from './ssh-end.ts';
import { formatTarget, type SshTarget } from './target.ts';

/** @throws PaliadinError from the output of ssh, login shell and shim. */
export async function reachOverSsh(
  target: SshTarget,
  env: NodeJS.ProcessEnv,
  { openMs = OPEN_MS } = {},
): Promise<HostChannel> {
  const ssh = openSsh(target, env, 'connect', String(PROTOCOL_VERSION));
  // An sshd that was stopped after it accepted the connection never sends anything.
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    ssh.duplex.destroy();
  }, openMs);
  try {
    const channel = await reachHost(ssh.duplex, { helloMs: 2 * openMs });
    return sameProtocol(channel);
  } catch (error) {
    ssh.duplex.destroy();
    if (error instanceof PaliadinError && error.code === 'shim_outdated') throw error;
    if (silent) throw silence(await ssh.ended, formatTarget(target));
    const failure = sshFailure(await ssh.ended, formatTarget(target));
    // Not ssh's own trouble, and no word of ours: perhaps it does not know `connect`.
    if (failure.code !== 'shim_error') throw failure;
    return await reachPlainHost(target, env).catch(() => Promise.reject(failure));
  } finally {
    clearTimeout(timer);
  }
}

/** ssh was connected, and no reply came. */
function silence(end: SshEnd, target: string): PaliadinError {
  const other = instead({ ...end, code: null });
  if (other !== null) return new PaliadinError('shim_error', `${target}: ${other}`);
  return new PaliadinError('mriver_unreachable', `${target} does not respond; it may be asleep`);
}

function sameProtocol(channel: HostChannel): HostChannel {
  const { protocol, version } = channel.identity;
  if (protocol === PROTOCOL_VERSION) return channel;
  channel.close();
  const theirs = `the host (version ${version}) speaks protocol ${protocol}`;
  throw new PaliadinError('shim_outdated', `${theirs}, this gateway ${PROTOCOL_VERSION}; update the older one`);
}

// Connecting (3 s), a login shell with long startup files (10 s), the shim, and a daemon that has to start on a busy
// machine.
const OPEN_MS = 25_000;
