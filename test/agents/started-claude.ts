/** A gateway with a real Claude Code, on this machine or behind ssh, for one test. */
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packagePrograms } from '../../src/config/programs.ts';
import type { TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { agentSettings, type ClaudeGatewayOptions, claudeGateway, levelOfGateways } from './claude-gateway.ts';
import { modelOfTest } from './claude-host.ts';
import { agentEnvironment, makeHome, refuseNetwork } from './claude-owner.ts';
import { keepEvidence } from './evidence.ts';
import type { Model } from './model/server.ts';

export interface StartedClaude {
  gateway: TestGateway;
  model: Model;
  /** Where the agents work. */
  work: string;
}

export async function startLocal(program: string, options: ClaudeGatewayOptions = {}): Promise<StartedClaude> {
  const claude = await claudeGateway(program, options);
  onTestFinished(() => claude[Symbol.asyncDispose]());
  const { gateway, home } = claude;
  keepEvidence({ host: join(gateway.stateDir, 'host'), home, more: () => gateway.log });
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok, START_MS);
  return claude;
}

export interface RemoteClaude extends StartedClaude {
  laptop: Laptop;
  /** More lines of its host.env, beside those that the agent needs. */
  setHostEnv(env: Record<string, string>): void;
}

export async function startRemote(program: string): Promise<RemoteClaude> {
  refuseNetwork();
  const model = await modelOfTest();
  const laptop = await startLaptop();
  onTestFinished(() => laptop.dispose());
  const { home, work } = makeHome(dirname(laptop.home));
  cpSync(packagePrograms.skill, join(dirname(laptop.shim), 'skill'), { recursive: true });
  const PALIADIN_ISOLATION = levelOfGateways();
  const agent = { ...agentSettings(program, work), PALIADIN_ISOLATION };
  const setHostEnv = (env: Record<string, string>) =>
    laptop.setHostEnv({ ...agentEnvironment(home, model), ...agent, ...env });
  setHostEnv({});
  const gateway = await gatewayForTest({ laptop, env: { PALIADIN_ISOLATION } });
  keepEvidence({ host: join(laptop.stateDir, 'host'), home, more: () => [gateway.log, laptop.log] });
  return { gateway, model, work, laptop, setHostEnv };
}

/** Whether an agent whose host has its state there has left a file of this name where it works. */
export function isLeft({ stateDir }: { stateDir: string }, name: string): boolean {
  const homes = join(stateDir, 'homes');
  return readdirSync(homes).some((session) => existsSync(join(homes, session, 'workspace', name)));
}

// Beside an agent or two that start as well, a daemon took 20 s.
const START_MS = 60_000;
