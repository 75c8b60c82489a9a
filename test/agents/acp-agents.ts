/** A host with a real agent that speaks ACP, which can reach only the scripted model. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { agentEnv } from '../../src/config/agent-env.ts';
import { packagePrograms } from '../../src/config/programs.ts';
import { acpDriver } from '../../src/host/agents/acp/driver.ts';
import { instructions } from '../../src/host/agents/acp/instructions.ts';
import { memoryLimit } from '../../src/host/agents/acp/memory-limit.ts';
import { claudeEnv } from '../../src/host/agents/claude-code.ts';
import { openIsolation } from '../../src/host/isolation/open-isolation.ts';
import { hostDirectory, type TestHost, type TestHostOptions, testHost } from '../host/test-host.ts';
import { modelOfTest } from './claude-host.ts';
import { agentEnvironment, KEY, makeHome, refuseNetwork } from './claude-owner.ts';
import type { Model } from './model/server.ts';

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
  options: Partial<TestHostOptions> = {},
): Promise<RealAcpHost> {
  refuseNetwork();
  const directory = options.directory ?? (await hostDirectory());
  const model = await modelOfTest();
  const { home, work } = makeHome(dirname(directory));
  configureOpencode(home, model);
  const driver = acpDriver({
    argv: command,
    command: command.join(' '),
    instructions: () => instructions(packagePrograms.skill),
    needs: () => ({ env: claudeEnv }),
    memory: memoryLimit({ bytes: 4 * 1024 ** 3, onError: (error) => console.error(error) }),
    limits: { initializeMs: START_MS, sessionMs: START_MS },
  });
  onTestFinished(() => driver.close?.());
  const host = await testHost({
    driver: 'acp',
    policy: { approvals: 'gateway', neverAllow: [] },
    silenceMs: 120_000,
    ...options,
    directory,
    agent: {
      driver,
      program: command[0],
      env: agentEnv({ ...agentEnvironment(home, model), PATH: process.env.PATH ?? '' }),
      isolation: openIsolation({
        level: 'none',
        shared: work,
        homes: join(directory, 'homes'),
        directory: join(directory, 'isolation'),
        host: directory,
        forbidden: [],
        sandbox: null,
        read: [],
        way: null,
      }),
      release: (held) => model.release(held),
      prompts: () => model.questions,
    },
  });
  const isOpencode = name === 'opencode';
  const reader = isOpencode ? { tool: 'read', key: 'filePath' } : { tool: 'Read', key: 'file_path' };
  return { ...host, model, work, shell: isOpencode ? 'bash' : 'Bash', reader };
}

/** As its owner would: it asks before it runs commands, and knows its model. */
function configureOpencode(home: string, model: Model): void {
  const directory = join(home, '.config', 'opencode');
  mkdirSync(directory, { recursive: true });
  const provider = { anthropic: { options: { baseURL: `${model.url}/v1`, apiKey: KEY } } };
  const permission = { bash: 'ask', edit: 'ask' };
  const more = { autoupdate: false, share: 'disabled' };
  writeFileSync(
    join(directory, 'opencode.json'),
    JSON.stringify({ model: 'anthropic/claude-sonnet-4-5', provider, permission, ...more }),
  );
}

// On a busy machine and without a network, one of them took half a minute.
const START_MS = 120_000;
