import { resolve } from 'node:path';
import { hostApprovals } from '../../../config/approval-policy.ts';
import { ConfigError, loadConfig } from '../../../config/load.ts';
import type { Check } from '../../../contract/check.ts';
import { asPaliadinError } from '../../../contract/errors.ts';
import { addHost } from '../../../setup/add-host.ts';
import { checksOf } from '../../../setup/doctor/checks.ts';
import { examine } from '../../../setup/doctor/examine.ts';
import { gatewayFiles } from '../../../setup/gateway/files.ts';
import { fileVariables, printedVariables, REMOTE_VARIABLES } from '../../../setup/gateway/variables.ts';
import { installRequest } from '../../../setup/request.ts';
import { parseTarget } from '../../../setup/target.ts';
import { formatTarget } from '../../../transport/ssh/target.ts';
import type { CommandContext } from '../../context.ts';
import { chooseApprovals } from './choose-approvals.ts';
import { reporter } from './report.ts';
import { type SshFlags, toSshOptions } from './ssh-flags.ts';

export interface AddOptions extends SshFlags {
  agent?: string;
  service?: boolean;
  approvals?: string;
  print?: boolean;
  settings: string;
}

/** Sets a host up and checks whether it works. With `--print` only the variables go to standard output. */
export async function addHostCommand(context: CommandContext, written: string, options: AddOptions): Promise<void> {
  const { io } = context;
  const report = reporter(context, options.print ? io.stderr : io.stdout);
  const agent = installRequest.shape.agent.safeParse(options.agent);
  if (!agent.success) throw new ConfigError(`--agent is ${JSON.stringify(options.agent)}: claude, demo or none`);
  const approvals = hostApprovals.optional().safeParse(options.approvals);
  if (!approvals.success) throw new ConfigError(`--approvals is ${JSON.stringify(options.approvals)}: deny or gateway`);
  const wishes = {
    given: parseTarget(written),
    wishes: toSshOptions(options),
    agent: agent.data,
    service: options.service ?? false,
    approvals: approvals.data,
    chooseApprovals: io.stdin.isTTY && io.stderr.isTTY ? () => chooseApprovals(io) : null,
    envFile: options.print ? null : resolve(io.cwd, options.settings),
  };
  const steps = addHost(context, wishes);
  const place = await report.steps(steps);
  if (place === null) return report.end('The host is not set up. Nothing stands in the way of another attempt.');
  const files = gatewayFiles(context.config.values.PALIADIN_STATE_DIR, place);
  const variables = fileVariables(place, files);
  await report.steps(look(context, variables));
  if (options.print) context.terminal.print(printedVariables(place, files));
  report.end(
    report.ok
      ? `${formatTarget(place)} is set up. Start the gateway again, and it answers from there.`
      : `${formatTarget(place)} is set up, but something is in the way; see above, and \`paliadin doctor\` looks again.`,
  );
}

/** Checks the host as a gateway with the new settings would, without older settings of the same kind. */
async function* look({ env, io }: CommandContext, variables: Record<string, string>): AsyncGenerator<Check, null> {
  const rest = Object.entries(env).filter(([name]) => !(REMOTE_VARIABLES as readonly string[]).includes(name));
  const own = { ...Object.fromEntries(rest), ...variables };
  try {
    yield* examine({ config: loadConfig(own, io.cwd), env: own });
  } catch (error) {
    yield checksOf('gateway').failedBy('settings', asPaliadinError(error, 'internal'));
  }
  return null;
}
