/** What a daemon is started with: the same for the one who starts it and the one who is started. */
import { createHash } from 'node:crypto';
import type { Agent } from './agent.ts';
import { agentEnv } from './agent-env.ts';
import type { Config } from './config/load.ts';

/** A digest by which a gateway sees that a running daemon was started with other settings. */
export function settingsDigest({ values }: Config, agent: Agent, env: NodeJS.ProcessEnv): string {
  const { PALIADIN_TURN_TIMEOUT: timeout, PALIADIN_DEMO_PACE: pace, PALIADIN_AGENT_DIR: directory } = values;
  return createHash('sha256')
    .update(JSON.stringify([agent, timeout, pace, directory, agentEnv(env)]))
    .digest('hex')
    .slice(0, 16);
}
