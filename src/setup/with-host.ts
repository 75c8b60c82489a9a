import { gatewayPolicy } from '../config/approval-policy.ts';
import { packagePrograms } from '../config/programs.ts';
import { remoteTarget } from '../config/remote/target.ts';
import type { Settings } from '../config/settings.ts';
import { prepareState } from '../config/state-paths.ts';
import { PaliadinError } from '../contract/errors.ts';
import { chooseAgent } from '../daemon/agent.ts';
import { localDaemon } from '../daemon/local-daemon.ts';
import { findProgram } from '../process/find-program.ts';
import { reachDaemon } from '../transport/daemon-process.ts';
import { type HostChannel, reachHost } from '../transport/reach-host.ts';
import { reachOverSsh } from '../transport/ssh/reach.ts';

/** Opens a channel to the configured host, for as long as `use` takes. */
export async function withHost<T>(settings: Settings, use: (host: HostChannel) => Promise<T>): Promise<T> {
  await using host = await openHost(settings);
  return await use(host.channel);
}

export async function openHost(settings: Settings): Promise<AsyncDisposable & { channel: HostChannel }> {
  const { PALIADIN_REMOTE_HOST: remote } = settings.config.values;
  const channel = await (remote === undefined ? reachLocal(settings) : reachRemote(settings, remote));
  return {
    channel,
    async [Symbol.asyncDispose]() {
      channel.close();
    },
  };
}

function reachRemote({ config, env }: Settings, host: string): Promise<HostChannel> {
  prepareState(config);
  return reachOverSsh(remoteTarget(config, host, env), env);
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
