import type { Config } from '../config/load.ts';
import type { Programs } from '../config/programs.ts';
import type { StatePaths } from '../config/state-paths.ts';
import { secrets } from '../config/variables.ts';
import { VERSION } from '../config/version.ts';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import type { ExpectedDaemon } from '../transport/expected-daemon.ts';
import type { Agent } from './agent.ts';
import { settingsDigest } from './host-settings.ts';

export interface LocalDaemonNeeds {
  config: Config;
  paths: StatePaths;
  agent: Agent;
  env: NodeJS.ProcessEnv;
  programs: Programs;
  /** What the host lets a gateway allow. */
  policy: ApprovalPolicy;
}

/** The host daemon of this state directory, and how it is started. */
export function localDaemon({ config, paths, agent, env, programs, policy }: LocalDaemonNeeds): ExpectedDaemon {
  const settings = {
    ...env,
    // The daemon runs in `/`, where it finds no `.env`: the values of the gateway's are passed on.
    ...config.given,
    PALIADIN_STATE_DIR: paths.root,
    PALIADIN_AGENT_DIR: paths.workspace,
  };
  return {
    socket: paths.hostSocket,
    command: programs.daemon,
    env: Object.fromEntries(Object.entries(settings).filter(([name]) => !secrets.has(name))),
    log: paths.hostLog,
    identityFile: paths.hostIdentity,
    expected: { version: VERSION, settings: settingsDigest({ config, agent, env, policy }, paths.workspace) },
  };
}
