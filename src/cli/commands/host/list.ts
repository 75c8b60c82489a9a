import type { ListedHost } from '../../../contract/records/host.ts';
import { COMMAND_LINE } from '../../../services/actor.ts';
import { formatTarget } from '../../../transport/ssh/target.ts';
import type { CommandContext } from '../../context.ts';
import { table } from '../../table.ts';
import { withServices } from '../with-services.ts';

/** Lists the hosts, and what lives there. */
export async function listHosts(context: CommandContext, { json }: { json?: boolean }): Promise<void> {
  await withServices(context, async ({ hostList }) => {
    const hosts = await hostList.list();
    if (json) return void context.terminal.printJson(hosts);
    const { PALIADIN_REMOTE_HOST: remote } = context.config.values;
    if (hosts.length === 0) {
      const instead =
        remote === undefined ? 'the agents are on the gateway’s own machine' : `the only host is ${remote}`;
      context.terminal.print([`No host is on the list: ${instead}. \`paliadin host add USER@HOST\` adds one.`]);
      return;
    }
    const lines = table(
      ['host', 'address', 'state', 'preference', 'conversations', 'open turns'],
      hosts.map((host) => [
        host.name,
        formatTarget({ ...host, host: host.address }),
        stateOf(host),
        host.preference === null ? '' : String(host.preference),
        String(host.sessions),
        String(host.open),
      ]),
    );
    context.terminal.print(lines);
    if (remote !== undefined && !hosts.some(({ name }) => name === remote)) {
      context.terminal.note([`PALIADIN_REMOTE_HOST names one more: ${remote}`]);
    }
  });
}

export async function drainHost(context: CommandContext, name: string): Promise<void> {
  const { sessions } = await withServices(context, async ({ hostList }) => {
    await hostList.drain(COMMAND_LINE, name);
    return (await hostList.list()).find((host) => host.name === name) ?? { sessions: 0 };
  });
  context.terminal.print([
    `${name} takes no new conversations. ${sessions} live there and stay; \`paliadin sessions move\` moves one.`,
  ]);
}

export async function resumeHost(context: CommandContext, name: string): Promise<void> {
  await withServices(context, ({ hostList }) => hostList.resume(COMMAND_LINE, name));
  context.terminal.print([`${name} takes new conversations again.`]);
}

export async function preferHosts(context: CommandContext, names: string[]): Promise<void> {
  await withServices(context, ({ hostList }) => hostList.prefer(COMMAND_LINE, names));
  context.terminal.print([
    names.length === 0
      ? 'There is no order of preference: nobody is offered another host while one is away.'
      : `While a host is away, questions may go on here, in this order: ${names.join(', ')}`,
  ]);
}

function stateOf({ enabled, draining }: ListedHost): string {
  if (!enabled) return 'disabled';
  return draining ? 'draining' : 'enabled';
}
