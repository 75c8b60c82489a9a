/** Runs the command line until it exits, for what it prints when it fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface CliEnd {
  code: number | null;
  /** Standard output and standard error. */
  said: string;
}

export async function runCli(
  args: string[],
  { env, cwd, uid }: { env: Record<string, string>; cwd: string; uid?: number },
): Promise<CliEnd> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
  });
  // One that does not end as it should would outlive its test.
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, said };
}

// As the bootstrap sets it.
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/programs/cli.mjs', import.meta.url));
