/** The settings of a host that is reached through the shim: a file beside it, and nothing that an ssh client sent. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import { hostPolicy } from './approval-policy.ts';
import { type Config, loadConfig, readEnvFile } from './load.ts';

/** Beside the shim: settings, and the environment of the agents, as `NAME=value` lines. */
export const HOST_ENV = 'host.env';

export interface ShimSettings {
  config: Config;
  /** The environment of daemon and agents. */
  env: Record<string, string>;
  policy: ApprovalPolicy;
}

/**
 * The login's variables, then `host.env`. The same for every ssh connection and for a service, so that all of them find
 * the daemon that one of them started.
 *
 * @throws ConfigError
 */
export function shimSettings(directory: string, login: NodeJS.ProcessEnv): ShimSettings {
  const home = login.HOME ?? homedir();
  const who = LOGIN.flatMap((name) => (login[name] === undefined ? [] : [[name, login[name]]]));
  const env: Record<string, string> = {
    ...Object.fromEntries(who),
    HOME: home,
    PALIADIN_STATE_DIR: defaultState(home),
    ...readEnvFile(join(directory, HOST_ENV)),
  };
  const { PALIADIN_APPROVALS: approvals, ...others } = env;
  const config = loadConfig(others, null);
  return { config, env, policy: hostPolicy(approvals, config) };
}

/** Not the directory of a gateway on the same machine: the two would replace each other's daemon. */
export function defaultState(home: string): string {
  return join(home, '.local', 'state', 'paliadin-host');
}

// Variables that sshd sets from the account itself.
const LOGIN = ['USER', 'LOGNAME', 'SHELL', 'PATH'];
