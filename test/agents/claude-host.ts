/** A host in this process with a real Claude Code, which knows nobody but the scripted model. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { claudeDriver } from '../../src/host/agents/claude/driver.ts';
import type { Driver } from '../../src/host/agents/driver.ts';
import type { ApprovalPolicy } from '../../src/host/approval-policy.ts';
import { agentDirectory } from '../../src/host/journal.ts';
import { clonePrograms } from '../../src/main/programs.ts';
import { hostDirectory, type TestHost, type TestHostOptions, testHost } from '../host/test-host.ts';
import { until } from '../support/until.ts';
import { agentEnvironment, makeHome, type OwnerOptions, refuseNetwork, type SignedIn } from './claude-owner.ts';
import { keepEvidence } from './evidence.ts';
import { type Model, startModel } from './model/server.ts';

export interface ClaudeHost extends TestHost {
  driver: Driver;
  model: Model;
  /** Where the agents work. */
  work: string;
  home: string;
}

/** What is asked for is refused by default. */
export interface ClaudeHostOptions extends Partial<TestHostOptions>, OwnerOptions {
  signedIn?: SignedIn;
  model?: Model;
}

/** `program` is the agent's path. It is never started where it could reach anybody. */
export async function claudeHost(program: string, options: ClaudeHostOptions = {}): Promise<ClaudeHost> {
  refuseNetwork();
  const directory = options.directory ?? (await hostDirectory());
  const model = options.model ?? (await modelOfTest());
  const { home, work } = makeHome(dirname(directory), options);
  const env = agentEnvironment(home, model, options.signedIn);
  let host: TestHost | null = null;
  const policy: ApprovalPolicy = options.policy ?? { approvals: 'deny', neverAllow: [] };
  const driver = await claudeDriver({
    claude: { program, plugin: clonePrograms.skill, directory: join(home, '.claude'), cwd: work },
    version: execFileSync(program, ['--version'], { env: { HOME: home, PATH: process.env.PATH }, encoding: 'utf8' }),
    directory: join(directory, 'claude'),
    directoryOf: (session) => agentDirectory(join(directory, 'sessions'), session),
    policy,
    onTrouble: (_what, error) => host?.troubles.push(error),
  });
  onTestFinished(() => driver.close?.());
  const agent = { driver, program, env, release: model.release, prompts: () => model.questions };
  host = await testHost({ driver: 'claude', agent, silenceMs: 60_000, ...options, policy, directory });
  keepEvidence({ host: directory, home, more: () => [host?.troubles, model.questions.map(({ turnId }) => turnId)] });
  return { ...host, driver, model, home, work };
}

/** Takes what is chosen in the dialog that is open, or is about to be, as somebody at the terminal does. */
export async function answerDialog(host: TestHost): Promise<void> {
  const isOpen = () =>
    host.health('one').then(
      () => false,
      ({ code }) => code === 'agent_not_ready',
    );
  await until('the dialog', isOpen);
  // A key that comes with the dialog is not taken for an answer to it; and one that is answered stays for a moment.
  let pressedAt = Number.NEGATIVE_INFINITY;
  await until('the dialog to go', async () => {
    if (performance.now() - pressedAt > PRESS_AGAIN_MS) {
      pressedAt = performance.now();
      host.tmux('one', 'send-keys', 'Enter');
    }
    return !(await isOpen());
  });
}

export async function modelOfTest(): Promise<Model> {
  const model = await startModel();
  onTestFinished(() => model[Symbol.asyncDispose]());
  return model;
}

const PRESS_AGAIN_MS = 1_000;
