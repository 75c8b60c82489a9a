import { resolve } from 'node:path';
import { hostApprovals } from '../../../config/approval-policy.ts';
import { ConfigError } from '../../../config/load.ts';
import type { Check } from '../../../contract/check.ts';
import type { ListedHost } from '../../../contract/records/host.ts';
import { COMMAND_LINE } from '../../../services/actor.ts';
import type { NewHost } from '../../../services/host-list.ts';
import { addHost } from '../../../setup/add-host.ts';
import { examineListed } from '../../../setup/doctor/examine.ts';
import { gatewayFiles } from '../../../setup/gateway/files.ts';
import { printedVariables } from '../../../setup/gateway/variables.ts';
import { installRequest } from '../../../setup/request.ts';
import { parseTarget } from '../../../setup/target.ts';
import { formatTarget } from '../../../transport/ssh/target.ts';
import type { CommandContext } from '../../context.ts';
import { withServices } from '../with-services.ts';
import { chooseApprovals } from './choose-approvals.ts';
import { reporter } from './report.ts';
import { type SshFlags, toSshOptions } from './ssh-flags.ts';

export interface AddOptions extends SshFlags {
  agent?: string;
  agentCommand?: string;
  name?: string;
  service?: boolean;
  approvals?: string;
  print?: boolean;
  settings: string;
}

/** Sets a host up, puts it on the list, and checks whether it works. With `--print` only the variables go to standard output. */
export async function addHostCommand(context: CommandContext, written: string, options: AddOptions): Promise<void> {
  const { io } = context;
  const report = reporter(context, options.print ? io.stderr : io.stdout);
  const agent = installRequest.shape.agent.safeParse(options.agent);
  if (!agent.success) throw new ConfigError(`--agent is ${JSON.stringify(options.agent)}: claude, demo, acp or none`);
  const agentCommand = installRequest.shape.agentCommand.safeParse(options.agentCommand);
  if (!agentCommand.success) throw new ConfigError('--agent-command: a command on one line, without backquotes');
  if ((agentCommand.data === undefined) !== (agent.data !== 'acp')) throw new ConfigError(BOTH);
  const approvals = hostApprovals.optional().safeParse(options.approvals);
  if (!approvals.success) throw new ConfigError(`--approvals is ${JSON.stringify(options.approvals)}: deny or gateway`);
  requireName(options.name);
  let listed: ListedHost | null = null;
  const list = async (host: NewHost) => {
    listed = await withServices(context, ({ hostList }) => hostList.put(COMMAND_LINE, { ...host, name: options.name }));
    return listed;
  };
  const wishes = {
    given: parseTarget(written),
    wishes: toSshOptions(options),
    agent: agent.data,
    agentCommand: agentCommand.data,
    service: options.service ?? false,
    approvals: approvals.data,
    chooseApprovals: io.stdin.isTTY && io.stderr.isTTY ? () => chooseApprovals(io) : null,
    list: options.print ? null : list,
    envFile: resolve(io.cwd, options.settings),
  };
  const place = await report.steps(addHost(context, wishes));
  if (place === null) return report.end('The host is not set up. Nothing stands in the way of another attempt.');
  const files = gatewayFiles(context.config.values.PALIADIN_STATE_DIR, place);
  await report.steps(look(context, listed ?? unlisted(place, files)));
  if (options.print) context.terminal.print(printedVariables(place, files));
  const next = options.print
    ? 'Start the gateway with these settings, and it answers from there.'
    : 'A running gateway uses it within seconds.';
  report.end(
    report.ok
      ? `${formatTarget(place)} is set up. ${next}`
      : `${formatTarget(place)} is set up, but something is in the way; see above, and \`paliadin doctor\` looks again.`,
  );
}

const BOTH = '--agent acp and --agent-command belong together, as in: --agent acp --agent-command "opencode acp"';

/** Printed settings are checked too, though the host is on no list. */
function unlisted(
  { user, host: address, port }: { user: string; host: string; port: number },
  { key: keyFile, knownHosts: knownHostsFile }: ReturnType<typeof gatewayFiles>,
): ListedHost {
  const state = { preference: null, enabled: true, draining: false, addedAt: 0 };
  return { name: address, user, address, port, keyFile, knownHostsFile, ...state };
}

async function* look(context: CommandContext, host: ListedHost): AsyncGenerator<Check, null> {
  yield* examineListed(context, host);
  return null;
}

function requireName(name: string | undefined): void {
  if (name === undefined || NAME.test(name)) return;
  throw new ConfigError(`--name is ${JSON.stringify(name)}: letters, digits, and . _ @ : - between them, at most 100`);
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._@:-]{0,98}[A-Za-z0-9])?$/;
