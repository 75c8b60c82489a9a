/** Checks everything that a question passes through: gateway, connection, host. */

import { gatewayPolicy } from '../../config/approval-policy.ts';
import { packagePrograms } from '../../config/programs.ts';
import type { Settings } from '../../config/settings.ts';
import type { Check } from '../../contract/check.ts';
import type { ListedHost } from '../../contract/records/host.ts';
import { chooseAgent } from '../../daemon/agent.ts';
import { findProgram } from '../../process/find-program.ts';
import { formatTarget } from '../../transport/ssh/target.ts';
import { openHost } from '../with-host.ts';
import { examineAppTools } from './app-tools.ts';
import { examineApprovals } from './approvals.ts';
import { checksOf } from './checks.ts';
import { canStart, examineHost } from './examine-host.ts';
import { examineRemote } from './examine-remote.ts';

/**
 * Each host in the order in which a question passes its steps. A step that can't be checked until another is repaired is
 * left out.
 */
export async function* examine(settings: Settings, listed: readonly ListedHost[]): AsyncGenerator<Check> {
  const { PALIADIN_REMOTE_HOST: remote } = settings.config.values;
  if (remote !== undefined) {
    yield passed('backend', 'remote: PALIADIN_REMOTE_HOST is set');
    if (yield* examineRemote(settings, null)) yield await examineChannel(settings, null);
  } else if (listed.length === 0) yield* examineThisMachine(settings);
  for (const host of listed.filter(({ name }) => name !== remote)) yield* examineListed(settings, host);
  const appTools = await examineAppTools(settings.config);
  if (appTools !== null) yield appTools;
}

/** One host of the list. */
export async function* examineListed(settings: Settings, host: ListedHost): AsyncGenerator<Check> {
  yield passed('host', `${host.name}: ${formatTarget({ ...host, host: host.address })}${standingOf(host)}`);
  if (yield* examineRemote(settings, host)) yield await examineChannel(settings, host);
}

function standingOf({ enabled, draining }: ListedHost): string {
  if (!enabled) return ', disabled: it takes no questions';
  return draining ? ', draining: it takes no new conversations' : '';
}

async function* examineThisMachine(settings: Settings): AsyncGenerator<Check> {
  const refusal = whyDisabled(settings);
  yield refusal === null
    ? passed(
        'backend',
        'local: PALIADIN_REMOTE_HOST is not set and no host is on the list, so this machine is the host',
      )
    : failed('backend', `disabled: ${refusal}`, 'mend that, or name another machine by `paliadin host add USER@HOST`');
  const { checks } = await examineHost({
    config: settings.config,
    env: given(settings.env),
    programs: packagePrograms,
    policy: gatewayPolicy(settings.config),
    shim: null,
  });
  yield* checks;
  yield examineApprovals(settings.config, null);
  if (canStart(checks)) yield await examineChannel(settings, null);
}

function whyDisabled({ config, env }: Settings): string | null {
  const agent = chooseAgent(config, env);
  if (findProgram('tmux', env) === null) return 'tmux is not found on PATH';
  return 'missing' in agent ? agent.missing : null;
}

/** Uses the same connection as questions do. */
async function examineChannel(settings: Settings, listed: ListedHost | null): Promise<Check> {
  try {
    await using host = await openHost(settings, listed);
    await host.channel.health(null);
    const { version, agent, driver } = host.channel.identity;
    return passed('channel', `the host daemon answers: version ${version}, agent ${agent}, driver ${driver}`);
  } catch (error) {
    return failedBy('channel', error);
  }
}

function given(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const { passed, failed, failedBy } = checksOf('gateway');
