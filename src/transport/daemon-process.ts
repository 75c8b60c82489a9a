/** Finds a running daemon on this machine, or starts one, as tmux starts its server. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import { backoff } from '../contract/backoff.ts';
import { PaliadinError } from '../contract/errors.ts';
import { dial } from './dial.ts';
import { untilAnswered } from './until-answered.ts';

export interface DaemonProcess {
  /** The socket on which it listens. */
  socket: string;
  /** Program and arguments that start it. It prints a line once it listens. */
  command: [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** The file for its log output. */
  log: string;
  /** Its name in error messages. */
  name?: 'host daemon' | 'relay';
}

/**
 * A connection whose first request must do no harm when it arrives twice: a daemon that ends before its first answer is
 * replaced.
 * @throws PaliadinError `mriver_unreachable` if there is none and none can be started; immediately if the start fails.
 */
export async function reachDaemon(daemon: DaemonProcess, { startMs = START_MS } = {}): Promise<Duplex> {
  const connect = () => dialOrStart(daemon, startMs);
  return untilAnswered(await connect(), connect);
}

async function dialOrStart(daemon: DaemonProcess, startMs: number): Promise<Socket> {
  const deadline = performance.now() + startMs;
  for (let attempt = 1; ; attempt++) {
    const found = await dial(daemon.socket, nameOf(daemon));
    if (found !== null) return found;
    if (performance.now() > deadline) {
      throw new PaliadinError('mriver_unreachable', `the ${nameOf(daemon)} does not come up; see ${daemon.log}`);
    }
    await start(daemon);
    await delay(backoff(attempt, AGAIN));
  }
}

/**
 * Resolves when the daemon reports that it listens, or has ended with status 0 because it has met another one that is
 * starting or ending. The caller tries again then.
 */
async function start(daemon: DaemonProcess): Promise<void> {
  const {
    command: [program, ...args],
    env,
    log,
  } = daemon;
  try {
    await using file = await open(log, 'a', 0o600);
    const child = spawn(program, args, { detached: true, cwd: '/', env, stdio: ['ignore', 'pipe', file.fd] });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`it ends with ${code ?? 'a signal'}`))));
    child.once('error', reject);
    try {
      await pTimeout(promise, { milliseconds: LISTEN_MS, message: 'it does not respond' });
    } finally {
      child.stdout?.destroy();
      child.unref();
    }
  } catch (error) {
    const detail = `the ${nameOf(daemon)} can't be started: ${(error as Error).message}; see ${log}`;
    throw new PaliadinError('mriver_unreachable', detail, { cause: error });
  }
}

function nameOf({ name = 'host daemon' }: DaemonProcess): string {
  return name;
}

// A daemon that can start reports within a second, on a loaded machine within a few; one that reports nothing hangs.
const LISTEN_MS = 20_000;
// Another daemon that is starting has the same time.
const START_MS = LISTEN_MS;
// Another daemon that is ending is gone within some of these pauses.
const AGAIN = { firstMs: 50, maxMs: 2_000 };
