import { fileURLToPath } from 'node:url';
import type { DaemonProcess } from '../transport/daemon-process.ts';
import type { Config } from './config/load.ts';
import { secrets } from './config/variables.ts';
import type { StatePaths } from './state-paths.ts';

/** The host daemon of this state directory, and how it is started. */
export function localDaemon({ given }: Config, paths: StatePaths, env: NodeJS.ProcessEnv): DaemonProcess {
  // The daemon runs in `/`, where it finds no `.env`: what that said is handed on, but for secrets.
  const settings = Object.entries(given).filter(([name]) => !secrets.has(name));
  return {
    socket: paths.hostSocket,
    command: [process.execPath, fileURLToPath(new URL('./daemon.ts', import.meta.url))],
    env: {
      ...env,
      ...Object.fromEntries(settings),
      PALIADIN_STATE_DIR: paths.root,
      PALIADIN_AGENT_DIR: paths.workspace,
    },
    log: paths.hostLog,
  };
}
