/**
 * Whether the gateway may start with its settings: several people are isolated, or their owner has chosen a weaker
 * level.
 */

import { checkLevel, levelOf } from '../../config/isolation/level.ts';
import { type Config, ConfigError } from '../../config/load.ts';
import { chooseAgent } from '../agent.ts';
import { findSandbox } from './find-sandbox.ts';

/**
 * A host behind ssh reports its own level when the gateway connects to it.
 * @throws ConfigError with what to install, or to set.
 */
export async function checkIsolation(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const agent = chooseAgent(config, env);
  const isRemote = config.values.PALIADIN_REMOTE_HOST !== undefined;
  const name = isRemote || 'missing' in agent ? null : agent.name;
  checkLevel(config, name);
  if (isRemote || 'missing' in agent || levelOf(config, name) !== 'sandbox') return;
  const found = await findSandbox(env);
  if ('program' in found) return;
  throw new ConfigError(
    `agents of several people need a sandbox (PALIADIN_ISOLATION), and here is none: ${found.missing}\n${found.remedy}\nOr set PALIADIN_ISOLATION=directory, which holds less: docs/isolation.md says what.`,
  );
}
