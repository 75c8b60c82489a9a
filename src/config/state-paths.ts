/** The paths below the state directory, which contains everything that is stored. */
import { accessSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError } from './load.ts';

export interface StatePaths {
  root: string;
  /** Unused where the store is on a server. */
  database: string;
  /** Locked by the running gateway. */
  gatewayLock: string;
  /** The last recorded end of the audit log. */
  auditHead: string;
  /** The daemon's own directory: journal, tmux sockets. */
  host: string;
  hostLock: string;
  hostSocket: string;
  hostLog: string;
  /** Process id of the running daemon, to end it by hand. */
  hostPid: string;
  /** Version and settings of the daemon that listens, to check whether it is the expected one. */
  hostIdentity: string;
  /** Where agents work, or what they share if each has its own workspace. */
  workspace: string;
  /** The homes of sessions whose agents are isolated. */
  homes: string;
}

/** @throws ConfigError if the directory can't be created or written, or if another account could write to it. */
export function prepareState({ values }: Config): StatePaths {
  const root = values.PALIADIN_STATE_DIR;
  const host = join(root, 'host');
  const workspace = resolve(values.PALIADIN_AGENT_DIR ?? join(root, 'workspace'));
  for (const path of [root, host]) {
    make(path);
    requireOwn(path);
  }
  make(workspace, constants.F_OK);
  return {
    root,
    database: join(root, 'paliadin.db'),
    gatewayLock: join(root, 'gateway.lock'),
    auditHead: join(root, 'audit-head'),
    host,
    hostLock: join(host, 'daemon.lock'),
    hostSocket: join(host, 'daemon.sock'),
    hostLog: join(host, 'daemon.log'),
    hostPid: join(host, 'daemon.pid'),
    hostIdentity: join(host, 'daemon.identity'),
    workspace,
    homes: join(root, 'homes'),
  };
}

function make(path: string, use = constants.W_OK | constants.X_OK): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, use);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError(`the state directory can't be used: ${reason}\nSet PALIADIN_STATE_DIR to one you can write.`);
  }
}

/**
 * Another account with write access could answer in the daemon's name, or have our files written elsewhere. So the
 * directory, and a link in its place, must belong to our own account, and nobody else may write there.
 */
function requireOwn(path: string): void {
  const mine = process.getuid?.();
  if (mine === undefined) return;
  const { uid, mode } = statSync(path);
  const owner = [uid, lstatSync(path).uid].find((each) => each !== mine);
  if (owner !== undefined) {
    throw new ConfigError(
      `the state directory can't be used: ${path} belongs to the account with number ${owner}, this one is ${mine}\nSet PALIADIN_STATE_DIR to a directory of your own.`,
    );
  }
  if ((mode & 0o022) !== 0) {
    throw new ConfigError(
      `the state directory can't be used: others may write in ${path} (mode ${(mode & 0o7777).toString(8)})\nRun: chmod 700 ${path}`,
    );
  }
}
