import { PaliadinError } from '../../contract/errors.ts';
import { reachDaemon } from '../../transport/daemon-process.ts';
import { type HostChannel, reachHost } from '../../transport/reach-host.ts';
import { chooseAgent, findProgram } from '../agent.ts';
import { localDaemon } from '../local-daemon.ts';
import { clonePrograms } from '../programs.ts';
import { prepareState } from '../state-paths.ts';
import type { Settings } from './settings.ts';

/** Opens a channel to this machine's host daemon, which is started if it is not there. */
export async function withHost<T>({ config, env }: Settings, use: (host: HostChannel) => Promise<T>): Promise<T> {
  const agent = chooseAgent(config, env);
  if (findProgram('tmux', env) === null) throw new PaliadinError('disabled', 'tmux is not found on PATH; install it');
  if ('missing' in agent) throw new PaliadinError('disabled', agent.missing);
  const daemon = localDaemon({ config, paths: prepareState(config), agent, env, programs: clonePrograms });
  const host = await reachHost(await reachDaemon(daemon));
  try {
    return await use(host);
  } finally {
    host.close();
  }
}
