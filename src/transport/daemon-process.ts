/** Finds the running daemon of this machine, or starts one, as tmux starts its server. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { PaliadinError } from '../contract/errors.ts';

export interface DaemonProcess {
  /** Where it listens. */
  socket: string;
  /** Program and arguments that start it. It prints a line once it listens. */
  command: [string, ...string[]];
  env: NodeJS.ProcessEnv;
  /** Where it writes what it has to say. */
  log: string;
}

/** @throws PaliadinError `mriver_unreachable` when there is none and none can be started. */
export async function reachDaemon(daemon: DaemonProcess): Promise<Socket> {
  const running = await dial(daemon.socket);
  if (running !== null) return running;
  await start(daemon);
  const started = await dial(daemon.socket);
  if (started !== null) return started;
  throw new PaliadinError('mriver_unreachable', `the host daemon did not come up; see ${daemon.log}`);
}

/** Connects; null where nobody listens. */
async function dial(path: string): Promise<Socket | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket | null>();
  const socket = connect(path);
  socket.once('connect', () => resolve(socket));
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
    else
      reject(
        new PaliadinError('mriver_unreachable', `the host daemon can't be reached: ${error.message}`, { cause: error }),
      );
  });
  const found = await promise;
  found?.on('error', () => {}); // from here on, a broken connection is the channel's end
  return found;
}

/** Resolves when the daemon says that it listens, or has ended: then another may have been first. */
async function start({ command: [program, ...args], env, log }: DaemonProcess): Promise<void> {
  const file = await open(log, 'a', 0o600);
  try {
    const child = spawn(program, args, { detached: true, cwd: '/', env, stdio: ['ignore', 'pipe', file.fd] });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => resolve());
    child.once('error', reject);
    await promise;
    child.stdout?.destroy();
    child.unref();
  } finally {
    await file.close();
  }
}
