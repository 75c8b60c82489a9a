/** The command line beside a running gateway. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli/run.ts';
import { COMPILE_CACHE, type TestGateway } from '../support/gateway.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** What the command needs to reach the gateway's state and its daemon. */
export function cliEnv(
  { stateDir }: Pick<TestGateway, 'stateDir'>,
  env: Record<string, string> = {},
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    PALIADIN_STATE_DIR: stateDir,
    PALIADIN_AGENT: 'demo',
    PALIADIN_DEMO_PACE: '0',
    PALIADIN_ACCESS: 'users',
    ...env,
  };
}

/** The same as a person starts it: a program of its own. */
export function cliCommand(...args: string[]): [string, ...string[]] {
  return [process.execPath, CLI, ...args];
}

/** Runs a command in this process, with outputs of its own: no program starts, so a command takes no time to load. */
export async function runCli(env: Record<string, string>, ...args: string[]): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = run(args, { env: { ...env }, cwd: '/', stdin: Readable.from([]), stdout, stderr });
  void code.finally(() => {
    stdout.end();
    stderr.end();
  });
  const [status, said, noted] = await Promise.all([code, text(stdout), text(stderr)]);
  return { code: status, stdout: said, stderr: noted };
}

const CLI = fileURLToPath(new URL('../../dist/programs/cli.mjs', import.meta.url));
