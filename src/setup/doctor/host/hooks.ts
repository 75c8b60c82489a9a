/** How Claude Code's answers would be received: through its hooks, or through files if hooks are forbidden. */
import { join, resolve } from 'node:path';
import { levelOf } from '../../../config/isolation/level.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import type { Agent } from '../../../daemon/agent.ts';
import { hooksForbidden } from '../../../host/agents/claude/forbidden.ts';
import { isUntried } from '../../../host/agents/claude/plugin.ts';
import { managedSettings } from '../../../host/agents/claude/settings-files.ts';
import { checksOf } from '../checks.ts';
import { claudePaths } from './claude-paths.ts';

/** `version` is the output of `claude --version`. */
export function examineHooks(
  agent: Agent,
  version: string,
  { config, env }: Pick<ShimSettings, 'config' | 'env'>,
): Check {
  const { values } = config;
  if (agent.driverName === 'reply-file') return passed('hooks', 'not used: PALIADIN_DRIVER is reply-file');
  const forbidden = hooksForbidden({
    version,
    directory: levelOf(config, agent.name) === 'sandbox' ? null : claudePaths(env).directory,
    cwd: resolve(values.PALIADIN_AGENT_DIR ?? join(values.PALIADIN_STATE_DIR, 'workspace')),
    managed: managedSettings(process.platform),
    port: ANY_PORT,
  });
  if (forbidden !== null)
    return passed('hooks', `not used: ${forbidden}`, 'until that changes, an answer appears when it is whole');
  const untried =
    'this version is newer than those that were tried; if answers do not come, set PALIADIN_DRIVER=reply-file';
  return passed('hooks', 'Claude Code tells how an answer comes along', isUntried(version) ? untried : undefined);
}

const { passed } = checksOf('host');

// The daemon chooses its port when it starts; a list of allowed addresses allows all ports, or matches this one only by
// chance.
const ANY_PORT = 0;
