import { resolve } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import { parsePlace } from '../../../setup/place.ts';
import { removeHost } from '../../../setup/remove-host.ts';
import { reporter } from './report.ts';
import { hasWishes, type SshOptions, toWishes } from './ssh-options.ts';

export interface RemoveOptions extends SshOptions {
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
      given: written === undefined ? null : parsePlace(written),
      wishes: hasWishes(options) ? toWishes(options) : null,
      envFile: resolve(options.settings),
      purge: options.purge ?? false,
    }),
  );
  report.end(report.ok ? 'The host is removed.' : 'Not all of it could be undone; see above.');
}
