/** A real relay in a process of its own, in a host's directory of its own, for one test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { packagePrograms } from '../../../src/config/programs.ts';
import { VERSION } from '../../../src/config/version.ts';
import { agentSecret } from '../../../src/host/agent-secret.ts';
import { type RelayFiles, relayFiles } from '../../../src/host/relay/files.ts';
import { type OpenRelayOptions, openRelay, type Relay } from '../../../src/host/relay/open-relay.ts';
import type { RelaySettings } from '../../../src/host/relay/settings.ts';
import { endRelay } from '../../support/end-host.ts';
import { COMPILE_CACHE } from '../../support/gateway.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';

export interface TestRelay {
  relay: Relay;
  directory: string;
  files: RelayFiles;
  errors: unknown[];
  /** How often the port was lost. */
  readonly lost: number;
  /** `SESSION.SECRET` */
  token(session: string): string;
  secret(session: string): string;
  pid(): number;
  /** kill -9, and its end. */
  kill(): Promise<void>;
}

export interface TestRelayOptions {
  directory?: string;
  settings?: Partial<RelaySettings>;
  /** What `programs/relay.ts` is given; without it the program is the true one. */
  given?: object;
  version?: string;
}

export async function relayForTest(options: TestRelayOptions = {}): Promise<TestRelay> {
  const directory = options.directory ?? (await relayDirectory());
  const files = relayFiles(directory);
  const errors: unknown[] = [];
  let lost = 0;
  const relay = await openRelay({
    ...openOptions(options),
    directory,
    onError: (_what, error) => errors.push(error),
    onPortLost: () => {
      lost += 1;
    },
  });
  onTestFinished(() => relay.close());
  const pid = () => Number(readFileSync(files.pid, 'utf8'));
  return {
    relay,
    directory,
    files,
    errors,
    pid,
    get lost() {
      return lost;
    },
    secret: (session) => agentSecret(files.sessions, session),
    token: (session) => `${session}.${agentSecret(files.sessions, session)}`,
    async kill() {
      const killed = pid();
      process.kill(killed, 'SIGKILL');
      await until('the end of the relay', () => !isAlive(killed));
    },
  };
}

export function openOptions({ settings = {}, given, version }: TestRelayOptions): OpenRelayOptions {
  return {
    directory: '',
    program: given === undefined ? packagePrograms.relay : [process.execPath, PROGRAM],
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: COMPILE_CACHE, GIVEN: JSON.stringify(given ?? {}) },
    version: version ?? (given === undefined ? VERSION : 'test'),
    settings: { upstream: null, network: [], ...settings },
    onError: () => undefined,
    onPortLost: () => undefined,
  };
}

/** A host's directory; whatever relay runs there ends with the test. */
export async function relayDirectory(): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  const directory = join(path, 'host');
  mkdirSync(directory, { mode: 0o700 });
  onTestFinished(async () => {
    await endRelay(directory);
    await remove();
  });
  return directory;
}

export interface TestDaemonProcess {
  process: ChildProcess;
  port: number;
  end(signal: NodeJS.Signals): Promise<void>;
  /** What its hooks have said. */
  heard(): string[];
}

/** A daemon in a process of its own, which can be killed. */
export async function daemonForTest(directory: string, options: TestRelayOptions = {}): Promise<TestDaemonProcess> {
  const heard = join(directory, 'heard');
  const given = JSON.stringify({ directory, heard, options: openOptions(options) });
  const child = spawn(process.execPath, [DAEMON, given], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the daemon ended with ${code}`)));
  const [line] = await Promise.race([once(child.stdout, 'data'), failed]);
  failed.catch(() => {}); // from here on its end is the test’s
  return {
    process: child,
    port: Number(line),
    async end(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
    heard() {
      try {
        return readFileSync(heard, 'utf8').trimEnd().split('\n');
      } catch {
        return [];
      }
    },
  };
}

/** A server on loopback for one test. */
export async function serverForTest(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  return listening(server, () => server.closeAllConnections());
}

export async function listening(server: Server, closeAll = () => {}): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    closeAll();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Sends these bytes as they are, and collects what comes back until the other side ends, or `enough` matches. */
export async function raw(where: number | string, text: string, enough?: RegExp): Promise<string> {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
  onTestFinished(() => void socket.destroy());
  let said = '';
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.setEncoding('latin1').on('data', (chunk) => {
    said += chunk;
    if (enough?.test(said)) resolve(said);
  });
  socket.on('error', () => {});
  socket.once('close', () => resolve(said));
  socket.write(text);
  return promise;
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended and was not asked for yet has no arguments any more.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

const PROGRAM = fileURLToPath(new URL('programs/relay.ts', import.meta.url));
const DAEMON = fileURLToPath(new URL('programs/daemon.ts', import.meta.url));
