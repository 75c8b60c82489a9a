import { resolve } from 'node:path';
import { ConfigError } from '../../../config/load.ts';
import type { Check } from '../../../contract/check.ts';
import type { ListedHost } from '../../../contract/records/host.ts';
import { COMMAND_LINE } from '../../../services/actor.ts';
import { checksOf } from '../../../setup/doctor/checks.ts';
import { removeHost } from '../../../setup/remove-host.ts';
import { parseTarget } from '../../../setup/target.ts';
import type { CommandContext } from '../../context.ts';
import { withServices } from '../with-services.ts';
import { reporter } from './report.ts';
import { hasSshOptions, type SshFlags, toSshOptions } from './ssh-flags.ts';

export interface RemoveOptions extends SshFlags {
  purge?: boolean;
  /** Seconds. */
  wait: string;
  settings: string;
}

/** Drains a host and takes it off the list, then undoes what `host add` did there. */
export async function removeHostCommand(
  context: CommandContext,
  written: string | undefined,
  options: RemoveOptions,
): Promise<void> {
  const waitMs = Number(options.wait) * 1000;
  if (!(waitMs >= 0 && waitMs <= MOST_WAIT_MS)) throw new ConfigError('--wait is in seconds, from 0 to 86400');
  const report = reporter(context, context.io.stdout);
  const listed = await withServices(context, async ({ hostList }) => whichHost(await hostList.list(), written));
  if (listed !== null && (await report.steps(takeOff(context, listed, waitMs))) === null) {
    return report.end(
      `${listed.name} is not removed; it takes no new questions until you run \`paliadin host resume\`.`,
    );
  }
  await report.steps(
    removeHost(context, {
      given: listed === null ? (written === undefined ? null : parseTarget(written)) : targetOf(listed),
      sshOptions: hasSshOptions(options) ? toSshOptions(options) : null,
      envFile: resolve(context.io.cwd, options.settings),
      purge: options.purge ?? false,
    }),
  );
  report.end(report.ok ? 'The host is removed.' : 'Not all of it could be undone; see above.');
}

async function* takeOff(context: CommandContext, { name }: ListedHost, waitMs: number): AsyncGenerator<Check, true> {
  let waited = 0;
  const onWait = (open: number) => {
    waited = Math.max(waited, open);
  };
  await withServices(context, ({ hostList }) => hostList.remove(COMMAND_LINE, name, { waitMs, onWait }));
  const turns = waited === 0 ? 'no turn was open' : `${waited} open turns have ended`;
  yield checksOf('gateway').passed('list', `${name} is off the list; ${turns}`);
  return true;
}

/** By its name, or by where it is; the only one where nothing is said. Null: the list has none. */
function whichHost(all: readonly ListedHost[], written: string | undefined): ListedHost | null {
  if (written === undefined) return all.length === 1 ? (all[0] ?? null) : null;
  const named = all.find(({ name }) => name === written);
  if (named !== undefined) return named;
  if (!written.includes('@')) {
    const known = all.map(({ name }) => name).join(', ') || 'none';
    throw new ConfigError(`there is no host ${written} on the list; on it: ${known}. Or name it as USER@HOST`);
  }
  const { user, host, port } = parseTarget(written);
  return all.find((one) => one.user === user && one.address === host && one.port === (port ?? 22)) ?? null;
}

function targetOf({ user, address: host, port }: ListedHost) {
  return { user, host, port };
}

const MOST_WAIT_MS = 86_400_000;
