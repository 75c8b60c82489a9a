/** What lies where under the state directory. Everything that is kept is there. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError } from './config/load.ts';

export interface StatePaths {
  root: string;
  database: string;
  /** Held by the running gateway. */
  gatewayLock: string;
  /** The daemon's own directory: journal, tmux sockets. */
  host: string;
  hostLock: string;
  hostSocket: string;
  hostLog: string;
  /** Process id of the running daemon, for whoever has to end it by hand. */
  hostPid: string;
  /** Version and settings of the daemon that listens, for whoever wants another. */
  hostIdentity: string;
  /** Where agents work, unless another directory is set. */
  workspace: string;
}

/** @throws ConfigError when the directory can't be made or written. */
export function prepareState({ values }: Config): StatePaths {
  const root = values.PALIADIN_STATE_DIR;
  const host = join(root, 'host');
  const workspace = resolve(values.PALIADIN_AGENT_DIR ?? join(root, 'workspace'));
  try {
    for (const path of [root, host, workspace]) mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const path of [root, host]) accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError(`the state directory can't be used: ${reason}\nSet PALIADIN_STATE_DIR to one you can write.`);
  }
  return {
    root,
    database: join(root, 'paliadin.db'),
    gatewayLock: join(root, 'gateway.lock'),
    host,
    hostLock: join(host, 'daemon.lock'),
    hostSocket: join(host, 'daemon.sock'),
    hostLog: join(host, 'daemon.log'),
    hostPid: join(host, 'daemon.pid'),
    hostIdentity: join(host, 'daemon.identity'),
    workspace,
  };
}
