/** A real gateway in a process of its own, with its daemon, tmux servers and demo agents, for one test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { aCode, aToken } from './credentials.ts';
import { endHost } from './end-host.ts';
import type { Laptop } from './laptop.ts';
import { temporaryDirectory } from './temporary.ts';

export interface TestGateway {
  readonly url: string;
  readonly stateDir: string;
  readonly pid: number;
  /** All that the gateway wrote to standard error: its log. */
  readonly log: string;
  /** Opens the store beside the running gateway; closed at the end. */
  store(): Promise<Store>;
  /** A user's client, made on first use. `owner` is the owner. */
  as(subject: string): Promise<ApiClient>;
  /** A path and fragment that signs a browser in as the user. */
  signInLink(subject?: string): Promise<string>;
  /** Every prompt that the demo agents received, of all users. */
  prompts(session: string): Promise<{ turnId: string | null; message: string; sha256: string; bytes: number }[]>;
  /** The directory where a session's demo agent looks for `release-NAME` files. */
  agentDirectory(session: string): string;
  /** Process id of the host daemon. */
  daemonPid(): Promise<number>;
  /** Sends a signal to the gateway and waits for its end. Returns exit code or signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Starts it again, on the same port and state. */
  start(env?: Record<string, string>): Promise<void>;
  /** Ends gateway, daemon, tmux and agents, and removes the state. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GatewayOptions {
  env?: Record<string, string>;
  /** A directory to use instead of a new one; it is not removed. */
  stateDir?: string;
  /** The gateway's database, where it is not a file. `env` may lead the gateway there another way. */
  databaseUrl?: string;
  /** The host, where it is not this machine itself. It is not ended with the gateway. */
  laptop?: Laptop;
}

/** Resolves when the gateway listens. Rejects with its words when it ends before that. */
export async function startTestGateway({
  env = {},
  stateDir,
  databaseUrl,
  laptop,
}: GatewayOptions = {}): Promise<TestGateway> {
  const state = stateDir === undefined ? await temporaryDirectory() : { path: stateDir, remove: async () => {} };
  const host = join(laptop?.stateDir ?? state.path, 'host');
  let child: ChildProcess | null = null;
  let url = '';
  let log = '';
  let opened: Promise<Store> | null = null;

  async function start(extra: Record<string, string> = {}): Promise<void> {
    const port = url === '' ? '0' : new URL(url).port;
    const started = spawn(process.execPath, [SMALL_HEAP, CLI, 'start'], {
      cwd: state.path,
      env: {
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...cleanEnv(),
        ...DEFAULTS,
        ...laptop?.variables,
        PALIADIN_PORT: port,
        PALIADIN_STATE_DIR: state.path,
        ...(databaseUrl !== undefined && { PALIADIN_DATABASE_URL: databaseUrl }),
        ...env,
        ...extra,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    started.stderr?.on('data', (text) => {
      log += text;
    });
    url = await listening(started, () => log);
  }

  async function end(signal: NodeJS.Signals) {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code, killedBy] = await ended;
    return code ?? killedBy;
  }

  function store(): Promise<Store> {
    opened ??= openStore({ url: databaseUrl, file: join(state.path, 'paliadin.db') });
    return opened;
  }

  async function userOf(subject: string) {
    const role = subject === 'owner' ? 'owner' : 'member';
    return (await (await store()).users.ensure({ subject, role, now: Date.now() })).user;
  }

  async function dispose(): Promise<void> {
    await end('SIGKILL');
    await (await opened)?.close();
    await endHost(join(state.path, 'host'));
    await state.remove();
  }

  const clients = new Map<string, ApiClient>();
  const gateway: TestGateway = {
    get url() {
      return url;
    },
    stateDir: state.path,
    get pid() {
      return child?.pid ?? 0;
    },
    get log() {
      return log;
    },
    store,
    async as(subject) {
      const known = clients.get(subject);
      if (known !== undefined) return known;
      await userOf(subject);
      const client = apiClient(() => url, await aToken(await store(), subject));
      clients.set(subject, client);
      return client;
    },
    async signInLink(subject = 'owner') {
      const { id } = await userOf(subject);
      return `${url}/#code=${await aCode(await store(), id)}`;
    },
    agentDirectory: (session) => join(host, 'sessions', session, 'agent'),
    async prompts(session) {
      const text = await readFile(join(gateway.agentDirectory(session), 'prompts.jsonl'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .slice(0, -1) // a line that is just being written has no end yet
        .map((line) => JSON.parse(line));
    },
    async daemonPid() {
      return Number(await readFile(join(host, 'daemon.pid'), 'utf8'));
    },
    end,
    start,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return gateway;
}

async function listening(child: ChildProcess, log: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  child.stdout?.on('data', (text) => {
    said += text;
    const url = /(?: {2}listens {2}|^Open )(http:\/\/[^\s/]+)/m.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  });
  // `close`, not `exit`: by then all that it wrote has been read.
  child.once('close', (code) => reject(new Error(`the gateway ended with ${code}: ${log()}`)));
  return promise;
}

/** Nothing of whoever runs the tests reaches the gateway. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PALIADIN_')));
}

const CLI = fileURLToPath(new URL('../../dist/programs/cli.mjs', import.meta.url));
// Both as the bootstrap sets them.
const SMALL_HEAP = '--max-semi-space-size=4';
export const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));
const DEFAULTS = {
  PALIADIN_AGENT: 'demo',
  PALIADIN_DEMO_PACE: '0',
  PALIADIN_ACCESS: 'users',
  PALIADIN_APP_ORIGINS: 'https://cases.example',
  PALIADIN_RATE_LIMIT: '100000',
};
