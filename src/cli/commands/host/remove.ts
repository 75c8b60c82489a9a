import { resolve } from 'node:path';
import { removeHost } from '../../../setup/remove-host.ts';
import { parseTarget } from '../../../setup/target.ts';
import type { CommandContext } from '../../context.ts';
import { reporter } from './report.ts';
import { hasSshOptions, type SshFlags, toSshOptions } from './ssh-flags.ts';

export interface RemoveOptions extends SshFlags {
  purge?: boolean;
  settings: string;
}

/** Undoes what `host add` did. */
export async function removeHostCommand(
  context: CommandContext,
  written: string | undefined,
  options: RemoveOptions,
): Promise<void> {
  const report = reporter(context, context.io.stdout);
  await report.steps(
    removeHost(context, {
      given: written === undefined ? null : parseTarget(written),
      wishes: hasSshOptions(options) ? toSshOptions(options) : null,
      envFile: resolve(context.io.cwd, options.settings),
      purge: options.purge ?? false,
    }),
  );
  report.end(report.ok ? 'The host is removed.' : 'Not all of it could be undone; see above.');
}
