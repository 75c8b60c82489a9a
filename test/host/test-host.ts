/** A host in this process, with real tmux and demo agents, for one test. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { packagePrograms } from '../../src/config/programs.ts';
import type { ApprovalPolicy } from '../../src/contract/approval-policy.ts';
import type { Host, HostOutcome, HostPrompt, HostUpdate } from '../../src/contract/host.ts';
import { makeDriver } from '../../src/daemon/agent.ts';
import type { Driver } from '../../src/host/agents/driver.ts';
import { openHost } from '../../src/host/host.ts';
import type { Isolation } from '../../src/host/isolation/isolation.ts';
import { openIsolation } from '../../src/host/isolation/open-isolation.ts';
import { socketPath } from '../../src/host/tmux/socket-path.ts';
import { findProgram } from '../../src/process/find-program.ts';
import { endServer } from '../support/end-host.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

export interface TestHost extends Host {
  directory: string;
  /** Asks, and collects what is told. */
  ask(message: string, options?: Partial<HostPrompt>): Asked;
  /** Lets an answer go on that `demo hold NAME` holds. */
  release(name: string, session?: string): void;
  /** Every prompt that the session's agents have received. */
  prompts(session?: string): { turnId: string; message: string; sha256: string }[];
  /** Runs a tmux command on the session's server. */
  tmux(session: string, ...args: string[]): string;
  /** What went wrong without a caller to tell. */
  troubles: unknown[];
  retired: boolean;
}

export interface Asked {
  turnId: string;
  told: HostUpdate[];
  outcome: Promise<HostOutcome>;
  /** The answer as far as it has been told. */
  readonly text: string;
  /** Waits until it has been told of something of this type. */
  hears(type: HostUpdate['type']): Promise<void>;
}

export interface TestHostOptions {
  driver: Driver['name'];
  directory?: string;
  silenceMs?: number;
  keepMs?: number;
  pruneEveryMs?: number;
  maxPanes?: number;
  hibernateAfterMs?: number;
  agentProgram?: string;
  tmuxAnswerMs?: number;
  /** By default all is the gateway's to decide. */
  policy?: ApprovalPolicy;
  wrap?(driver: Driver): Driver;
  /** Another agent than the demo agent. */
  agent?: TestAgent;
  /** In bytes. */
  freeMemory?: number;
}

export interface TestAgent {
  driver: Driver;
  program: string;
  env: Record<string, string>;
  isolation: Isolation;
  release(name: string): void;
  /** Every prompt that any agent of its kind has received. */
  prompts(): { turnId: string; message: string; sha256: string }[];
}

export async function testHost(options: TestHostOptions): Promise<TestHost> {
  const directory = options.directory ?? (await hostDirectory());
  const PATH = process.env.PATH ?? '';
  const { agent } = options;
  const policy = options.policy ?? { approvals: 'gateway', neverAllow: [] };
  const driver = agent?.driver ?? demoAgent(options.driver, directory, policy);
  const asked = new Map<string, string>();
  const troubles: unknown[] = [];
  let retired = false;
  const host = await openHost({
    identity: { version: '0', protocol: 1, agent: 'demo', driver: driver.name, settings: 'x' },
    directory,
    tmux: findProgram('tmux', { PATH }) ?? 'tmux',
    driver: options.wrap?.(driver) ?? driver,
    isolation: agent?.isolation ?? noIsolation(directory),
    agentProgram: options.agentProgram ?? agent?.program ?? process.execPath,
    ...(options.tmuxAnswerMs !== undefined && { tmuxAnswerMs: options.tmuxAnswerMs }),
    agentEnv: { PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...agent?.env },
    policy,
    silenceMs: options.silenceMs ?? 20_000,
    startsAtOnce: 2,
    maxPanes: options.maxPanes ?? 100,
    hibernateAfterMs: options.hibernateAfterMs ?? null,
    freeMemory: () => options.freeMemory ?? 8 * 1024 ** 3,
    now: () => performance.now(),
    keepMs: options.keepMs ?? 1000,
    pruneEveryMs: options.pruneEveryMs ?? 3_600_000,
    clock: Date.now,
    onError: (_what, error) => troubles.push(error),
    onRetire: () => {
      retired = true;
    },
  });
  const agentDirectory = (session: string) => join(directory, 'sessions', session, 'agent');

  return {
    ...host,
    directory,
    troubles,
    get retired() {
      return retired;
    },
    ask(message, prompt) {
      const whole = { message, session: 'one', turnId: randomUUID(), fence: 1, from: 0, known: false, ...prompt };
      asked.set(whole.turnId, whole.session);
      return ask(host, whole);
    },
    release(name, session = 'one') {
      if (agent === undefined) writeFileSync(join(agentDirectory(session), `release-${name}`), '');
      else agent.release(name);
    },
    prompts(session = 'one') {
      if (agent !== undefined) return agent.prompts().filter(({ turnId }) => asked.get(turnId) === session);
      const file = join(agentDirectory(session), 'prompts.jsonl');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
      return lines.map((line) => JSON.parse(line));
    },
    tmux(session, ...args) {
      const socket = socketPath(join(directory, 'tmux'), session);
      return spawnSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' }).stdout.trimEnd();
    },
  };
}

function demoAgent(driverName: Driver['name'], directory: string, policy: ApprovalPolicy): Driver {
  return makeDriver(
    { name: 'demo', driverName, program: process.execPath },
    {
      config: loadConfig({ PALIADIN_DEMO_PACE: '0' }, directory),
      env: process.env,
      programs: packagePrograms,
      policy,
    },
  );
}

/** Agents that work in one directory. */
export function noIsolation(directory: string): Isolation {
  return openIsolation({
    level: 'none',
    shared: directory,
    homes: join(directory, 'homes'),
    directory: join(directory, 'isolation'),
    host: directory,
    forbidden: [],
    sandbox: null,
    read: [],
    way: null,
  });
}

/** A host's directory, which goes with the test; and with it what runs there. */
export async function hostDirectory(): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  const directory = join(path, 'host');
  const sockets = join(directory, 'tmux');
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  onTestFinished(async () => {
    for (const name of readdirSync(sockets)) endServer(join(sockets, name));
    await remove();
  });
  return directory;
}

function ask(host: Host, prompt: HostPrompt): Asked {
  const told: HostUpdate[] = [];
  const outcome = host.prompt(prompt, (update) => told.push(update));
  outcome.catch(() => {}); // whoever asked looks at it later
  return {
    turnId: prompt.turnId,
    told,
    outcome,
    get text() {
      return told.reduce(
        (text, update) => (update.type === 'chunk' ? text.slice(0, update.offset) + update.text : text),
        '',
      );
    },
    async hears(type) {
      await until(`to hear of ${type}`, () => told.some((update) => update.type === type));
    },
  };
}
