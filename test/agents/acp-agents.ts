/** A host with a real agent that speaks ACP, which can reach only the scripted model. */
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { agentEnv } from '../../src/config/agent-env.ts';
import { loadConfig } from '../../src/config/load.ts';
import { packagePrograms } from '../../src/config/programs.ts';
import type { IsolationLevel } from '../../src/contract/isolation.ts';
import { acpAgentDriver } from '../../src/daemon/acp-agent.ts';
import { openHostRelay } from '../../src/daemon/host-relay.ts';
import { openIsolation } from '../../src/host/isolation/open-isolation.ts';
import { relayFiles } from '../../src/host/relay/files.ts';
import { hostDirectory, type TestHost, type TestHostOptions, testHost } from '../host/test-host.ts';
import { endRelay } from '../support/end-host.ts';
import { modelOfTest, sandboxFor } from './claude-host.ts';
import { agentEnvironment, makeHome, refuseNetwork } from './claude-owner.ts';
import type { Model } from './model/server.ts';
import { configureOpencode } from './opencode-owner.ts';

export interface AcpAgentUnderTest {
  name: string;
  command: [string, ...string[]];
}

/** By what the command that started this one says. */
export function installedAcpAgents(): AcpAgentUnderTest[] {
  return JSON.parse(process.env.TEST_ACP_AGENTS ?? '[]');
}

export interface RealAcpHost extends Omit<TestHost, 'retired'> {
  model: Model;
  /** Where the agents work. */
  work: string;
  /** The name by which the agent knows its tool for commands. */
  shell: string;
  /** Its tool that reads files, and where that has the path. */
  reader: { tool: string; key: string };
}

export async function realAcpHost(
  { name, command }: AcpAgentUnderTest,
  options: Partial<TestHostOptions> & { level?: IsolationLevel } = {},
): Promise<RealAcpHost> {
  refuseNetwork();
  const directory = options.directory ?? (await hostDirectory());
  const model = await modelOfTest();
  const { home, work } = makeHome(dirname(directory));
  configureOpencode(home, work, model);
  const level = options.level ?? 'none';
  const environment = agentEnvironment(home, model);
  const env = { ...environment, PATH: process.env.PATH ?? '' };
  const config = loadConfig({}, directory);
  const onError = (_what: string, error: unknown) => troubles.push(error);
  const troubles: unknown[] = [];
  const needs = { config, env, programs: packagePrograms, level, directory, onError };
  const relay =
    level === 'sandbox' ? await openHostRelay({ ...needs, services: ['anthropic'], onPortLost: () => {} }) : null;
  onTestFinished(async () => {
    await relay?.close();
    if (relay !== null) await endRelay(directory);
  });
  const policy = options.policy ?? { approvals: 'gateway', neverAllow: [] };
  const driver = acpAgentDriver(
    { argv: command, command: command.join(' ') },
    {
      ...needs,
      policy,
      sessions: relayFiles(directory).sessions,
      relay,
      limits: { initializeMs: START_MS, sessionMs: START_MS },
    },
  );
  onTestFinished(() => driver.close?.());
  const host = await testHost({
    driver: 'acp',
    silenceMs: 120_000,
    ...options,
    policy,
    directory,
    agent: {
      driver,
      program: command[0],
      env: agentEnv(env, { sandboxed: level === 'sandbox' }),
      isolation: openIsolation({
        level,
        shared: work,
        homes: join(dirname(directory), 'homes'),
        directory: join(directory, 'isolation'),
        host: directory,
        forbidden: [],
        sandbox: await sandboxFor(level),
        read: [],
        way: relay,
      }),
      release: (held) => model.release(held),
      prompts: () => model.questions,
    },
  });
  const isOpencode = name === 'opencode';
  const reader = isOpencode ? { tool: 'read', key: 'filePath' } : { tool: 'Read', key: 'file_path' };
  return { ...host, model, work, shell: isOpencode ? 'bash' : 'Bash', reader };
}

// On a busy machine and without a network, one of them took half a minute.
const START_MS = 120_000;
