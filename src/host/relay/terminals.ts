/** Whether any agent's terminal exists, checked without a daemon. */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** `directory` contains the sockets of the tmux servers. One that does not answer counts as alive. */
export async function anyTerminal(directory: string): Promise<boolean> {
  // A probe's socket has a dot in its name, and is soon gone.
  const names = namesIn(directory).filter((name) => !name.includes('.'));
  const alive = await Promise.all(names.map((name) => isListening(join(directory, name))));
  return alive.includes(true);
}

function isListening(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  const answer = (listens: boolean) => {
    socket.destroy();
    resolve(listens);
  };
  socket.setTimeout(PATIENCE_MS, () => answer(true));
  socket.once('connect', () => answer(true));
  socket.once('error', ({ code }: NodeJS.ErrnoException) => answer(code !== 'ENOENT' && code !== 'ECONNREFUSED'));
  return promise;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // no agent was ever started
  }
}

const PATIENCE_MS = 1_000;
