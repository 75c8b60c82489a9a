import { gatewayPolicy } from '../config/approval-policy.ts';
import { packagePrograms } from '../config/programs.ts';
import { listedTarget, remoteTarget } from '../config/remote/target.ts';
import type { Settings } from '../config/settings.ts';
import { prepareState } from '../config/state-paths.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { ListedHost } from '../contract/records/host.ts';
import { chooseAgent } from '../daemon/agent.ts';
import { localDaemon } from '../daemon/local-daemon.ts';
import { findProgram } from '../process/find-program.ts';
import { reachDaemon } from '../transport/daemon-process.ts';
import { type HostChannel, reachHost } from '../transport/reach-host.ts';
import { reachOverSsh } from '../transport/ssh/reach.ts';
import type { SshTarget } from '../transport/ssh/target.ts';

/** Opens a channel to a host of the list, or the one of the settings (null), for as long as `use` takes. */
export async function withHost<T>(
  settings: Settings,
  listed: ListedHost | null,
  use: (host: HostChannel) => Promise<T>,
): Promise<T> {
  await using host = await openHost(settings, listed);
  return await use(host.channel);
}

export async function openHost(
  settings: Settings,
  listed: ListedHost | null,
): Promise<AsyncDisposable & { channel: HostChannel }> {
  const channel = await reach(settings, listed);
  return {
    channel,
    async [Symbol.asyncDispose]() {
      channel.close();
    },
  };
}

function reach(settings: Settings, listed: ListedHost | null): Promise<HostChannel> {
  const { config, env } = settings;
  const { PALIADIN_REMOTE_HOST: remote } = config.values;
  if (listed === null && remote === undefined) return reachLocal(settings);
  prepareState(config);
  return reachOverSsh(targetOf(settings, listed), env);
}

/** @throws ConfigError where it is not behind ssh, or can't be reached from here. */
export function targetOf({ config, env }: Settings, listed: ListedHost | null): SshTarget {
  return listed === null
    ? remoteTarget(config, config.values.PALIADIN_REMOTE_HOST ?? '', env)
    : listedTarget(listed, env);
}

/** This machine's daemon, which is started if it does not run. */
async function reachLocal({ config, env }: Settings): Promise<HostChannel> {
  const agent = chooseAgent(config, env);
  if (findProgram('tmux', env) === null) throw new PaliadinError('disabled', 'tmux is not found on PATH; install it');
  if ('missing' in agent) throw new PaliadinError('disabled', agent.missing);
  const policy = gatewayPolicy(config);
  const daemon = localDaemon({ config, paths: prepareState(config), agent, env, programs: packagePrograms, policy });
  return reachHost(await reachDaemon(daemon));
}
