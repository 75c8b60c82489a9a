/** tmux as the host runs it: servers with our configuration, which end with the test. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tmuxConfiguration } from '../../../src/host/tmux/configuration.ts';
import type { Pane } from '../../../src/host/tmux/pane.ts';
import { startPane } from '../../../src/host/tmux/server.ts';
import type { Launch, TmuxSetup } from '../../../src/host/tmux/setup.ts';
import { findProgram } from '../../../src/process/find-program.ts';
import { endServer } from '../../support/end-host.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

export interface TestTmux {
  setup: TmuxSetup;
  /** For what the programs write. */
  directory: string;
  socket: string;
  /** Starts a server with the program in its pane, in a session called `test`. */
  start(argv: Launch['argv'], launch?: Partial<Launch>): Promise<Pane>;
  /** Runs a tmux command as a client of its own. */
  tmux(...args: string[]): string;
}

export async function temporaryTmux(env: Record<string, string> = {}): Promise<TestTmux> {
  const { path: directory, remove } = await temporaryDirectory();
  const sockets = join(directory, 'sockets');
  const configuration = join(directory, 'tmux.conf');
  await mkdir(sockets);
  await writeFile(configuration, tmuxConfiguration);
  const PATH = process.env.PATH ?? '';
  const tmux = findProgram('tmux', { PATH });
  if (tmux === null) throw new Error('tmux is not installed');
  const setup = { tmux, configuration, env: { PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env } };
  const socket = join(sockets, 'socket');
  onTestFinished(async () => {
    for (const name of readdirSync(sockets)) endServer(join(sockets, name));
    await remove();
  });
  return {
    setup,
    directory,
    socket,
    start: (argv, launch = {}) => startPane(setup, socket, 'test', { argv, cwd: directory, env: {}, ...launch }),
    tmux: (...args) => spawnSync(tmux, ['-S', socket, ...args], { env: setup.env, encoding: 'utf8' }).stdout.trimEnd(),
  };
}
