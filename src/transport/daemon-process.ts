/** Finds a running daemon on this machine, or starts one, as tmux starts its server. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import { backoff } from '../contract/backoff.ts';
import { PaliadinError } from '../contract/errors.ts';

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
 * @throws PaliadinError `mriver_unreachable` if there is none and none can be started; immediately if the start fails.
 */
export async function reachDaemon(daemon: DaemonProcess): Promise<Socket> {
  const deadline = performance.now() + START_MS;
  for (let attempt = 1; ; attempt++) {
    const found = await dial(daemon);
    if (found !== null) return found;
    // A daemon that ends at once has met another one that is starting or ending.
    if (!(await start(daemon)) && performance.now() > deadline) {
      throw new PaliadinError('mriver_unreachable', `the ${nameOf(daemon)} does not come up; see ${daemon.log}`);
    }
    await delay(backoff(attempt, AGAIN));
  }
}

/** Connects; null if no process listens. */
async function dial(daemon: DaemonProcess): Promise<Socket | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket | null>();
  const socket = connect(daemon.socket);
  socket.once('connect', () => resolve(socket));
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
    else {
      const detail = `the ${nameOf(daemon)} can't be reached: ${error.message}`;
      reject(new PaliadinError('mriver_unreachable', detail, { cause: error }));
    }
  });
  const found = await promise;
  found?.on('error', () => {}); // from here on, a broken connection is the channel's end
  return found;
}

/**
 * True when the daemon reports that it listens, false if it has ended with status 0 instead. The caller decides when to
 * try again.
 */
async function start(daemon: DaemonProcess): Promise<boolean> {
  const {
    command: [program, ...args],
    env,
    log,
  } = daemon;
  try {
    await using file = await open(log, 'a', 0o600);
    const child = spawn(program, args, { detached: true, cwd: '/', env, stdio: ['ignore', 'pipe', file.fd] });
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    child.stdout?.once('data', () => resolve(true));
    child.once('exit', (code) =>
      code === 0 ? resolve(false) : reject(new Error(`it ends with ${code ?? 'a signal'}`)),
    );
    child.once('error', reject);
    try {
      return await pTimeout(promise, { milliseconds: LISTEN_MS, message: 'it says nothing' });
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
