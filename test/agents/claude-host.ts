/** A host in this process with a real Claude Code, which can reach only the scripted model. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { agentEnv } from '../../src/config/agent-env.ts';
import { packagePrograms } from '../../src/config/programs.ts';
import { VERSION } from '../../src/config/version.ts';
import type { ApprovalPolicy } from '../../src/contract/approval-policy.ts';
import type { IsolationLevel } from '../../src/contract/isolation.ts';
import { modelUpstream } from '../../src/daemon/host-relay.ts';
import { findSandbox } from '../../src/daemon/isolation/find-sandbox.ts';
import { signInOf } from '../../src/daemon/isolation/sign-in.ts';
import { claudeDriver } from '../../src/host/agents/claude/driver.ts';
import type { Driver } from '../../src/host/agents/driver.ts';
import { openIsolation, type SandboxProgram } from '../../src/host/isolation/open-isolation.ts';
import { agentDirectory } from '../../src/host/journal.ts';
import { relayFiles } from '../../src/host/relay/files.ts';
import { openRelay } from '../../src/host/relay/open-relay.ts';
import { hostDirectory, type TestHost, type TestHostOptions, testHost } from '../host/test-host.ts';
import { endRelay } from '../support/end-host.ts';
import { until } from '../support/until.ts';
import {
  agentEnvironment,
  levelOfTests,
  makeHome,
  type OwnerOptions,
  refuseNetwork,
  type SignedIn,
} from './claude-owner.ts';
import { keepEvidence } from './evidence.ts';
import { type Model, startModel } from './model/server.ts';

export interface ClaudeHost extends TestHost {
  driver: Driver;
  model: Model;
  /** Where the owner puts what all agents are to have. */
  shared: string;
  /** Where the agent of the session `one` works, and what it takes for its home. */
  work: string;
  agentHome: string;
  /** Where its conversations are. */
  projects: string;
  home: string;
}

/** What is asked for is refused by default. */
export interface ClaudeHostOptions extends Partial<TestHostOptions>, OwnerOptions {
  signedIn?: SignedIn;
  /** What the owner has in their environment besides. */
  environment?: Record<string, string>;
  model?: Model;
  /** How sessions are kept apart; without, as for all of the tests. */
  level?: IsolationLevel;
}

/** `program` is the agent's path. It is never started where it could reach anybody. */
export async function claudeHost(program: string, options: ClaudeHostOptions = {}): Promise<ClaudeHost> {
  refuseNetwork();
  const directory = options.directory ?? (await hostDirectory());
  const model = options.model ?? (await modelOfTest());
  const { home, work } = makeHome(dirname(directory), options);
  const env = { ...agentEnvironment(home, model, options.signedIn), ...options.environment };
  const claude = { program, plugin: packagePrograms.skill, directory: join(home, '.claude') };
  const level = options.level ?? levelOfTests();
  let host: TestHost | null = null;
  const policy: ApprovalPolicy = options.policy ?? { approvals: 'deny', neverAllow: [] };
  const { sessions, hooks } = relayFiles(directory);
  const relay = await openRelay({
    directory,
    program: packagePrograms.relay,
    version: VERSION,
    settings: { upstream: level === 'sandbox' ? modelUpstream(env) : null, network: [] },
    env: { PATH: process.env.PATH ?? '' },
    onError: (_what, error) => host?.troubles.push(error),
    onPortLost: () => host?.troubles.push(new Error('the relay’s port was lost')),
  });
  onTestFinished(async () => {
    await relay.close();
    await endRelay(directory);
  });
  const driver = await claudeDriver({
    relay,
    sessions,
    hooks,
    claude,
    version: execFileSync(program, ['--version'], { env: { HOME: home, PATH: process.env.PATH }, encoding: 'utf8' }),
    directory: join(directory, 'claude'),
    directoryOf: (session) => agentDirectory(sessions, session),
    policy,
    signIn: signInOf(env, claude),
    onError: (_what, error) => host?.troubles.push(error),
  });
  onTestFinished(() => driver.close?.());
  const isolation = openIsolation({
    level,
    shared: work,
    homes: join(dirname(directory), 'homes'),
    directory: join(directory, 'isolation'),
    host: directory,
    // Node is for programs of the tests: the agent starts them.
    forbidden: [],
    sandbox: await sandboxFor(level),
    read: [process.execPath],
    way: relay,
  });
  const passed = agentEnv({ ...env, PATH: process.env.PATH }, { sandboxed: level === 'sandbox' });
  const agent = { driver, isolation, program, env: passed, release: model.release, prompts: () => model.questions };
  host = await testHost({ driver: 'claude', agent, silenceMs: 60_000, ...options, policy, directory });
  keepEvidence({ host: directory, home, more: () => [host?.troubles, model.questions.map(({ turnId }) => turnId)] });
  const one = isolation.homeOf('one');
  const agentHome = one.home ?? home;
  const projects = join(agentHome, '.claude', 'projects');
  return { ...host, driver, model, home, projects, shared: work, work: one.cwd, agentHome };
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

export async function sandboxFor(level: IsolationLevel): Promise<SandboxProgram | null> {
  const found = level === 'sandbox' ? await findSandbox(process.env) : null;
  if (found !== null && 'missing' in found) throw new Error(`no sandbox can be made here: ${found.missing}`);
  return found?.program ?? null;
}

export async function modelOfTest(): Promise<Model> {
  const model = await startModel();
  onTestFinished(() => model[Symbol.asyncDispose]());
  return model;
}

const PRESS_AGAIN_MS = 1_000;
