import type { Settings } from '../../config/settings.ts';
import { print } from '../../process/terminal.ts';
import { withHost } from '../../setup/with-host.ts';

/** Ends the daemon and the agents' terminals. Each conversation continues with its user's next question. */
export async function stopHost(settings: Settings): Promise<void> {
  await withHost(settings, async (host) => {
    await host.shutdown();
    await host.closed;
  });
  print('the host daemon and the agents’ terminals have ended');
}
