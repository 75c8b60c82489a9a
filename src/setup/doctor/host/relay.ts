/** Whether the relay runs: Claude Code's hooks call it, and it keeps running when the daemon ends. */
import { join } from 'node:path';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import { VERSION } from '../../../config/version.ts';
import type { Check } from '../../../contract/check.ts';
import { chooseAgent } from '../../../daemon/agent.ts';
import { relayStatus } from '../../../host/relay/control-client.ts';
import { relayFiles } from '../../../host/relay/files.ts';
import { checksOf } from '../checks.ts';

/** No check if it does not run and is not needed. */
export async function examineRelay({ config, env }: ShimSettings): Promise<Check[]> {
  const { control, log } = relayFiles(join(config.values.PALIADIN_STATE_DIR, 'host'));
  const status = await relayStatus(control);
  if (status !== null) {
    const { version, port, pid } = status;
    const found = `running: version ${version}, port ${port} of 127.0.0.1, process ${pid}`;
    const older = 'it is replaced when no agent’s terminal is open; `paliadin stop-host` ends them';
    return [passed('relay', found, version === VERSION ? undefined : older)];
  }
  const agent = chooseAgent(config, env);
  if ('missing' in agent || agent.driverName !== 'claude') return [];
  return [passed('relay', 'not running; the host daemon starts it', `if it does not come up, see ${log}`)];
}

const { passed } = checksOf('host');
