import { resolve } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import { removeHost } from '../../../setup/remove-host.ts';
import { parseTarget } from '../../../setup/target.ts';
import { reporter } from './report.ts';
import { hasSshOptions, type SshFlags, toSshOptions } from './ssh-flags.ts';

export interface RemoveOptions extends SshFlags {
  purge?: boolean;
  settings: string;
}

/** Undoes what `host add` did. */
export async function removeHostCommand(
  settings: Settings,
  written: string | undefined,
  options: RemoveOptions,
): Promise<void> {
  process.umask(0o077);
  const report = reporter(process.stdout);
  await report.steps(
    removeHost(settings, {
      given: written === undefined ? null : parseTarget(written),
      wishes: hasSshOptions(options) ? toSshOptions(options) : null,
      envFile: resolve(options.settings),
      purge: options.purge ?? false,
    }),
  );
  report.end(report.ok ? 'The host is removed.' : 'Not all of it could be undone; see above.');
}
