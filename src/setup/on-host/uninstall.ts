/** Removes what was installed on a host for a gateway: runs on it, as the account. Everything else there stays. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from '../../config/programs.ts';
import { defaultState, shimSettings } from '../../config/shim-settings.ts';
import { prepareState } from '../../config/state-paths.ts';
import type { Check } from '../../contract/check.ts';
import { chooseAgent } from '../../daemon/agent.ts';
import { localDaemon } from '../../daemon/local-daemon.ts';
import { reachDaemon } from '../../transport/daemon-process.ts';
import { reachHost } from '../../transport/reach-host.ts';
import { checksOf } from '../doctor/checks.ts';
import type { UninstallRequest } from '../request.ts';
import { otherKeyLines, removeKeyLine } from './authorized-keys.ts';
import { isHostEnvEdited } from './host-env.ts';
import type { Account } from './install.ts';
import { type HostPaths, hostPaths } from './paths.ts';
import { hasEnded, reachRunning } from './running-daemon.ts';
import { removeService } from './service.ts';
import { isSkillEdited } from './skill-files.ts';

export async function* uninstall(
  { gateway, purge }: UninstallRequest,
  account: Account,
  programs: Programs,
): AsyncGenerator<Check> {
  const paths = hostPaths(account.home);
  yield await attempt('key line', async () => {
    const was = removeKeyLine(paths.authorizedKeys, gateway);
    return passed('key line', `${was ? 'removed from' : 'there was none in'} ${paths.authorizedKeys}`);
  });
  const others = otherKeyLines(paths.authorizedKeys, paths.shim);
  if (others > 0) {
    yield passed('files', `kept with daemon and service: ${others} other gateways use them`);
    return;
  }
  yield await attempt('service', async () => {
    const file = await removeService({ paths, ...account });
    return passed('service', file === null ? 'there was none' : `removed ${file}`);
  });
  yield await attempt('daemon', () => endDaemon(paths, account, programs));
  if (purge) yield await attempt('conversations', async () => removeState(paths, account));
  yield await attempt('files', async () => removeFiles(paths, purge));
}

async function endDaemon({ directory }: HostPaths, { env }: Account, programs: Programs): Promise<Check> {
  const settings = shimSettings(directory, env);
  if (!existsSync(settings.config.values.PALIADIN_STATE_DIR)) return passed('daemon', 'none runs');
  const paths = prepareState(settings.config);
  const found = await reachRunning(paths.hostSocket);
  const terminals = namesIn(join(paths.host, 'tmux'));
  if (found === null && terminals.length === 0) return passed('daemon', 'none runs');
  const agent = chooseAgent(settings.config, settings.env);
  if (found === null && 'missing' in agent)
    return failed('daemon', agent.missing, 'look with `ps` for what still runs');
  // If the daemon was killed and terminals are left, another one is started: it knows how to end them.
  const start = () => {
    if ('missing' in agent) throw new TypeError('there is no agent');
    return reachDaemon(localDaemon({ ...settings, paths, agent, programs }));
  };
  const host = found ?? (await reachHost(await start()));
  await host.shutdown();
  await hasEnded(host);
  return passed('daemon', 'it has ended, and the agents’ terminals with it');
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function removeState(paths: HostPaths, { home, env }: Account): Check {
  const state = shimSettings(paths.directory, env).config.values.PALIADIN_STATE_DIR;
  // A directory that its owner chose may contain other files.
  const gone = state === defaultState(home) ? state : join(state, 'host');
  rmSync(gone, { recursive: true, force: true });
  return passed('conversations', `removed ${gone}`);
}

function removeFiles(paths: HostPaths, purge: boolean): Check {
  const kept = [
    ...(!purge && isSkillEdited(paths) ? [paths.skill, paths.record] : []),
    ...(!purge && isHostEnvEdited(paths.hostEnv) ? [paths.hostEnv] : []),
  ];
  for (const path of [paths.shim, paths.node, paths.hostEnv, paths.skill, paths.record]) {
    if (!kept.includes(path)) rmSync(path, { recursive: true, force: true });
  }
  try {
    rmdirSync(paths.directory);
  } catch {
    // a file of the owner's, or the shim that runs this
  }
  if (kept.length === 0) return passed('files', `removed from ${paths.directory}`);
  return passed('files', `removed, but for what you have written: ${kept.join(', ')}`, '`--purge` removes that too');
}

async function attempt(step: string, work: () => Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    return failedBy(step, error);
  }
}

const { passed, failed, failedBy } = checksOf('host');
