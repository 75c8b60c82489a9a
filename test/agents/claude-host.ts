/** A host in this process with a real Claude Code, which knows nobody but the scripted model. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { claudeDriver } from '../../src/host/agents/claude/driver.ts';
import type { Driver } from '../../src/host/agents/driver.ts';
import { agentDirectory } from '../../src/host/journal.ts';
import { clonePrograms } from '../../src/main/programs.ts';
import { hostDirectory, type TestHost, type TestHostOptions, testHost } from '../host/test-host.ts';
import { type Model, startModel } from './model/server.ts';

export interface ClaudeHost extends TestHost {
  driver: Driver;
  model: Model;
  /** Where the agents work. */
  work: string;
  home: string;
}

export interface ClaudeHostOptions extends Partial<TestHostOptions> {
  asks?: boolean;
  /** The owner's own settings. */
  settings?: object;
  /** How the agent reaches the model: by a key, as a subscriber, or not at all. */
  signedIn?: 'key' | 'subscription' | 'no';
  /** Whether the owner has said that the agent's directory may be trusted. */
  trusted?: boolean;
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
  const driver = await claudeDriver({
    claude: { program, plugin: clonePrograms.skill, directory: join(home, '.claude'), cwd: work },
    version: execFileSync(program, ['--version'], { env: { HOME: home, PATH: process.env.PATH }, encoding: 'utf8' }),
    directory: join(directory, 'claude'),
    directoryOf: (session) => agentDirectory(join(directory, 'sessions'), session),
    asks: options.asks ?? false,
    onTrouble: (_what, error) => host?.troubles.push(error),
  });
  onTestFinished(() => driver.close?.());
  const agent = { driver, program, env, release: model.release, prompts: () => model.questions };
  host = await testHost({ driver: 'claude', agent, silenceMs: 60_000, ...options, directory });
  return { ...host, driver, model, home, work };
}

/** A real agent reaches nobody but what the test has started. */
export function refuseNetwork(): void {
  const others = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (others.length > 0) throw new Error('run these with `npm run test:agents`: here is a network');
}

/** The installed versions, by what the command that started the tests says. */
export function installedVersions(): { name: string; program: string }[] {
  return JSON.parse(process.env.TEST_AGENTS ?? '[]');
}

export async function modelOfTest(): Promise<Model> {
  const model = await startModel();
  onTestFinished(() => model[Symbol.asyncDispose]());
  return model;
}

export function agentEnvironment(home: string, model: Model, signedIn: 'key' | 'subscription' | 'no' = 'key') {
  return {
    HOME: home,
    USER: 'owner',
    SHELL: '/bin/bash',
    ANTHROPIC_BASE_URL: model.url,
    // What it would fetch from elsewhere is not there: without this it would try again and again.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    ...SIGN_IN[signedIn],
  };
}

/** Past everything that a first start asks. */
export function makeHome(root: string, { settings = {}, trusted = true }: ClaudeHostOptions = {}) {
  const home = join(root, 'home');
  const work = join(root, 'work');
  for (const path of [join(home, '.claude'), work]) mkdirSync(path, { recursive: true });
  // Another host in the same directory finds what the agent has written since.
  if (existsSync(join(home, '.claude.json'))) return { home, work };
  const state = {
    hasCompletedOnboarding: true,
    projects: { [work]: { hasTrustDialogAccepted: trusted } },
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
  };
  writeFileSync(join(home, '.claude.json'), JSON.stringify(state));
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
  return { home, work };
}

// Of no worth anywhere.
const KEY = 'dummy-key-for-a-scripted-model-0123456789';
const SIGN_IN: Record<string, Record<string, string>> = {
  key: { ANTHROPIC_API_KEY: KEY },
  subscription: { CLAUDE_CODE_OAUTH_TOKEN: 'dummy-token-for-a-scripted-model' },
  no: {},
};
