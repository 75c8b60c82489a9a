/** A host whose agent is the scripted one that speaks ACP, for one test. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { acpDriver } from '../../../../src/host/agents/acp/driver.ts';
import { memoryLimit } from '../../../../src/host/agents/acp/memory-limit.ts';
import type { AgentLimits } from '../../../../src/transport/acp-agent.ts';
import { hostDirectory, noIsolation, type TestHost, type TestHostOptions, testHost } from '../../test-host.ts';

export interface AcpHostOptions extends Partial<TestHostOptions> {
  /** Arguments of the scripted agent. */
  flags?: string[];
  /** Another command. */
  argv?: [string, ...string[]];
  /** Bytes, of an agent and its programs. */
  memory?: number;
  limits?: AgentLimits & { cancelMs?: number };
}

export interface AcpHost extends Omit<TestHost, 'retired'> {
  /** What the agent was given, in the order in which it came; `parts`: how many texts. */
  given(): { turnId: string; message: string; parts: number }[];
}

export async function acpHost({
  flags = [],
  argv,
  limits,
  memory = 4 * 1024 ** 3,
  ...options
}: AcpHostOptions = {}): Promise<AcpHost> {
  const directory = options.directory ?? (await hostDirectory());
  const state = join(dirname(directory), 'scripted');
  mkdirSync(state, { recursive: true });
  const command = argv ?? [process.execPath, SCRIPTED_AGENT, '--state', state, ...flags];
  const driver = acpDriver({
    argv: command as [string, ...string[]],
    command: command.join(' '),
    instructions: () => 'Answer briefly.',
    needs: () => ({ env: {} }),
    memory: memoryLimit({ bytes: memory, everyMs: 100, onError: raise }),
    ...(limits && { limits }),
  });
  onTestFinished(() => driver.close?.());
  const given = () => {
    const file = join(state, 'prompts.jsonl');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line));
  };
  const host = await testHost({
    driver: 'acp',
    ...options,
    directory,
    agent: {
      driver,
      program: process.execPath,
      env: {},
      isolation: noIsolation(directory),
      release: (name) => writeFileSync(join(state, `release-${name}`), ''),
      prompts: given,
    },
  });
  return { ...host, given };
}

function raise(error: unknown): never {
  throw error;
}

const SCRIPTED_AGENT = fileURLToPath(new URL('programs/scripted-agent.ts', import.meta.url));
