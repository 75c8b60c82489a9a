/** The daemon as a service of the account, so that it runs from the machine's start. */
import { rmSync } from 'node:fs';
import { shimSettings } from '../../config/shim-settings.ts';
import { prepareState } from '../../config/state-paths.ts';
import type { Check } from '../../contract/check.ts';
import { readIfExists, replaceFile } from '../../process/files.ts';
import { outputOf } from '../../process/output-of.ts';
import { checksOf } from '../doctor/checks.ts';
import { type HostPaths, LAUNCHD_LABEL, SYSTEMD_UNIT } from './paths.ts';
import { hasEnded, reachRunning } from './running-daemon.ts';
import { launchdPlist, systemdUnit } from './service-files.ts';

export interface ServiceNeeds {
  paths: HostPaths;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  uid: number;
}

/** @param node the Node that runs the daemon */
export async function installService(needs: ServiceNeeds, node: string): Promise<Check> {
  const command: [string, ...string[]] = [node, '--disable-warning=ExperimentalWarning', needs.paths.shim, 'daemon'];
  try {
    if (needs.platform === 'linux') return await installSystemd(needs, command);
    if (needs.platform === 'darwin') return await installLaunchd(needs, command);
    return failed('service', `there is none for ${needs.platform}`, WITHOUT);
  } catch (error) {
    return failed('service', (error as Error).message, WITHOUT);
  }
}

/** Null if there is none. The daemon ends with it; what runs in the panes does not. */
export async function removeService({ paths, env, uid }: ServiceNeeds): Promise<string | null> {
  if (readIfExists(paths.systemdUnit) !== null) {
    const user = systemdEnv(env, uid);
    await outputOf('systemctl', ['--user', 'disable', '--now', SYSTEMD_UNIT], user).catch(() => {});
    rmSync(paths.systemdUnit, { force: true });
    await outputOf('systemctl', ['--user', 'daemon-reload'], user).catch(() => {});
    return paths.systemdUnit;
  }
  if (readIfExists(paths.launchdPlist) === null) return null;
  for (const domain of domains(uid)) {
    await outputOf('launchctl', ['bootout', `${domain}/${LAUNCHD_LABEL}`], env).catch(() => {});
  }
  rmSync(paths.launchdPlist, { force: true });
  return paths.launchdPlist;
}

async function installSystemd({ paths, env, uid }: ServiceNeeds, command: [string, ...string[]]): Promise<Check> {
  const user = systemdEnv(env, uid);
  try {
    await outputOf('systemctl', ['--user', 'show-environment'], user);
  } catch {
    const found = 'systemd’s manager for this account can’t be reached, so there is no service';
    return failed('service', found, `${WITHOUT}; for the service log in on the host itself, and run this again`);
  }
  replaceFile(paths.systemdUnit, systemdUnit(command), 0o644);
  await outputOf('systemctl', ['--user', 'daemon-reload'], user);
  await outputOf('systemctl', ['--user', 'enable', SYSTEMD_UNIT], user);
  await makeRoom(paths, env);
  await outputOf('systemctl', ['--user', 'restart', SYSTEMD_UNIT], user);
  const lingers = await outputOf('loginctl', ['show-user', String(uid), '--property=Linger', '--value'], user).catch(
    () => 'no',
  );
  const advice = 'run `loginctl enable-linger` on the host: without it the service runs only while you are logged in';
  return passed('service', paths.systemdUnit, lingers === 'yes' ? undefined : advice);
}

async function installLaunchd({ paths, env, uid }: ServiceNeeds, command: [string, ...string[]]): Promise<Check> {
  replaceFile(paths.launchdPlist, launchdPlist(LAUNCHD_LABEL, command), 0o644);
  await makeRoom(paths, env);
  for (const domain of domains(uid)) {
    await outputOf('launchctl', ['bootout', `${domain}/${LAUNCHD_LABEL}`], env).catch(() => {});
    const loaded = await outputOf('launchctl', ['bootstrap', domain, paths.launchdPlist], env).then(
      () => true,
      () => false,
    );
    if (loaded) return passed('service', paths.launchdPlist);
  }
  const found = `${paths.launchdPlist} is there, but launchd does not load it now`;
  return failed('service', found, `${WITHOUT}; launchd loads it when you log in at the host’s screen`);
}

/** A daemon that an ssh connection has started ends, unless a turn is running there. */
async function makeRoom(paths: HostPaths, env: NodeJS.ProcessEnv): Promise<void> {
  const host = await reachRunning(prepareState(shimSettings(paths.directory, env).config).hostSocket);
  if (host === null) return;
  if (await host.retire()) await hasEnded(host);
  else host.close();
}

/** ssh sessions may lack the variable that says where the manager listens. */
function systemdEnv(env: NodeJS.ProcessEnv, uid: number): NodeJS.ProcessEnv {
  return { ...env, XDG_RUNTIME_DIR: env.XDG_RUNTIME_DIR ?? `/run/user/${uid}` };
}

/** For an account that is logged in at the screen, and for one that is not. */
function domains(uid: number): string[] {
  return [`gui/${uid}`, `user/${uid}`];
}

const { passed, failed } = checksOf('host');
const WITHOUT = 'it works without: the daemon is started by the first question';
