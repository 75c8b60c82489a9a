import { withHost } from '../../setup/with-host.ts';
import type { CommandContext } from '../context.ts';
import { chooseHost, reachableHosts, readList } from './hosts.ts';

/** Ends the daemon and the agents' terminals. Each conversation continues with its user's next question. */
export async function stopHost(context: CommandContext, name: string | undefined): Promise<void> {
  const { listed } = chooseHost(reachableHosts(context, await readList(context)), name);
  await withHost(context, listed, async (host) => {
    await host.shutdown();
    await host.closed;
  });
  context.terminal.print('the host daemon and the agents’ terminals have ended');
}
