/** How people are isolated on this host, and whether that works here. */

import { levelOf } from '../../../config/isolation/level.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import { weaknessOf } from '../../../contract/isolation.ts';
import { chooseAgent } from '../../../daemon/agent.ts';
import { findSandbox } from '../../../daemon/isolation/find-sandbox.ts';
import { checksOf } from '../checks.ts';

export async function examineIsolation({ config, env }: ShimSettings): Promise<Check[]> {
  const agent = chooseAgent(config, env);
  if ('missing' in agent) return [];
  const level = levelOf(config, agent.name);
  if (agent.name === 'demo' && level === 'none') return [];
  if (agent.name === 'acp' && level === 'directory') return [failed('isolation', level, NO_RULES)];
  if (level !== 'sandbox') return [passed('isolation', level, `${weaknessOf(level)}; ${STRONGER}`)];
  const found = await findSandbox(env);
  if ('missing' in found) return [failed('isolation', `sandbox, and ${found.missing}`, found.remedy)];
  return [passed('isolation', `sandbox, by ${found.program.kind}`)];
}

const NO_RULES =
  'its rules are kept by Claude Code in its terminal only; with PALIADIN_AGENT=acp set PALIADIN_ISOLATION to sandbox, or to none for one person alone';
const STRONGER = 'PALIADIN_ISOLATION=sandbox keeps people apart, see docs/isolation.md';
const { passed, failed } = checksOf('host');
