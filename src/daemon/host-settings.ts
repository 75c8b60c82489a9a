/**
 * The settings that a daemon is started with: computed in the same way by the process that starts it and by the daemon.
 */
import { createHash } from 'node:crypto';
import { agentEnv } from '../config/agent-env.ts';
import { levelOf } from '../config/isolation/level.ts';
import type { Config } from '../config/load.ts';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import type { Agent } from './agent.ts';

export interface DigestNeeds {
  config: Config;
  agent: Agent;
  env: NodeJS.ProcessEnv;
  policy: ApprovalPolicy;
}

/**
 * A digest that shows a gateway whether a running daemon was started with other settings. `workspace` is where agents
 * work: a daemon always receives it, a gateway may have chosen it.
 */
export function settingsDigest({ config, agent, env, policy }: DigestNeeds, workspace: string): string {
  const { values } = config;
  const { PALIADIN_TURN_TIMEOUT: timeout, PALIADIN_DEMO_PACE: pace } = values;
  const { PALIADIN_MAX_PANES: panes, PALIADIN_HIBERNATE_AFTER: hibernate, PALIADIN_AGENT_MEMORY: memory } = values;
  const { PALIADIN_SANDBOX_READ: read, PALIADIN_SANDBOX_NETWORK: network, PALIADIN_SANDBOX_MODELS: models } = values;
  const isolation = [levelOf(config, agent.name), read, network, models];
  return createHash('sha256')
    .update(
      JSON.stringify([agent, timeout, pace, panes, hibernate, memory, workspace, isolation, agentEnv(env), policy]),
    )
    .digest('hex')
    .slice(0, 16);
}
