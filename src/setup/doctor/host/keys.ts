/** Whether the owner has left Claude Code the key bindings that the driver presses. */

import { levelOf } from '../../../config/isolation/level.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import { keysBound } from '../../../host/agents/claude/keys.ts';
import { checksOf } from '../checks.ts';
import { claudePaths } from './claude-paths.ts';

/** No check if they have their defaults. */
export function examineKeys({ config, env }: Pick<ShimSettings, 'config' | 'env'>): Check[] {
  // A sandboxed agent has a home of its own.
  if (levelOf(config, 'claude') === 'sandbox') return [];
  const bound = keysBound(claudePaths(env).directory);
  if (bound === null) return [];
  const { file, keys } = bound;
  const found = `${file} binds ${keys.join(' and ')} to something else`;
  if (keys.includes('Enter')) return [failed('keys', found, `leave Enter to chat:submit there: nothing can be asked`)];
  return [passed('keys', found, 'whoever stops an answer then ends the agent, which takes some seconds')];
}

const { passed, failed } = checksOf('host');
