import { withHost } from '../../setup/with-host.ts';
import type { CommandContext } from '../context.ts';

/** Ends the daemon and the agents' terminals. Each conversation continues with its user's next question. */
export async function stopHost(context: CommandContext): Promise<void> {
  await withHost(context, async (host) => {
    await host.shutdown();
    await host.closed;
  });
  context.terminal.print('the host daemon and the agents’ terminals have ended');
}
