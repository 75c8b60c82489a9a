/** Runs the command line as a person does, beside a running gateway. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE, type TestGateway } from '../support/gateway.ts';

export interface Ran {
  code: number | null;
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

export function cliCommand(...args: string[]): [string, ...string[]] {
  return [process.execPath, CLI, ...args];
}

export function runCli(env: Record<string, string>, ...args: string[]): Promise<Ran> {
  const [program, ...rest] = cliCommand(...args);
  const child = spawn(program, rest, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    ran.stdout += text;
  });
  child.stderr.on('data', (text) => {
    ran.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ran, code }));
  });
}

const CLI = fileURLToPath(new URL('../../dist/programs/cli.mjs', import.meta.url));
