/** The paths of everything that is installed on a host. */
import { join } from 'node:path';
import { HOST_ENV } from '../../config/shim-settings.ts';

export interface HostPaths {
  directory: string;
  shim: string;
  /** The directory of the Node that the set-up has brought, if the account's own is too old. */
  node: string;
  hostEnv: string;
  skill: string;
  /** What was installed, to detect later what its owner has changed. */
  record: string;
  authorizedKeys: string;
  systemdUnit: string;
  launchdPlist: string;
}

export function hostPaths(home: string): HostPaths {
  const directory = join(home, '.local', 'share', 'paliadin');
  return {
    directory,
    shim: join(directory, 'paliadin-shim.mjs'),
    node: join(directory, 'node'),
    hostEnv: join(directory, HOST_ENV),
    skill: join(directory, 'skill'),
    record: join(directory, 'installed.json'),
    authorizedKeys: join(home, '.ssh', 'authorized_keys'),
    systemdUnit: join(home, '.config', 'systemd', 'user', SYSTEMD_UNIT),
    launchdPlist: join(home, 'Library', 'LaunchAgents', `${LAUNCHD_LABEL}.plist`),
  };
}

export const SYSTEMD_UNIT = 'paliadin-host.service';
export const LAUNCHD_LABEL = 'paliadin.host';
