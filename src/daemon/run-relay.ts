/** The relay as a process: its environment, signals and end. */

import { VERSION } from '../config/version.ts';
import { runRelay } from '../host/relay/run-relay.ts';
import { acquireLock } from '../process/lock.ts';
import { note } from '../process/terminal.ts';

/** `directory` is the host's. Prints a line once it listens; ends at once if another relay has the directory. */
export async function runRelayProcess(directory: string, env: NodeJS.ProcessEnv): Promise<void> {
  process.umask(0o077);
  const relay = await runRelay({
    directory,
    version: VERSION,
    acquireLock,
    clock: Date.now,
    exit: () => process.exit(0),
    proxyEnv: proxyVariables(env),
  });
  if (relay === null) process.exit(0);
  process.once('SIGTERM', () => relay.stop('SIGTERM'));
  process.once('SIGINT', () => relay.stop('SIGINT'));
  // An exit would free the port that agents know: after an error in one request, the others must still be served.
  process.on('uncaughtException', (error) => note([`${error.name} in the relay`, ...placesOf(error)]));
  process.stdout.on('error', () => {}); // the process that started it may have ended already
  process.stdout.write('ready\n');
}

/** Where it happened, without the message, which may contain a user's text. */
function placesOf({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8);
}

function proxyVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(entries.map(([name, value = '']) => [name, value]));
}
