/** Runs the command line to its end, for what it says where it can't do what it should. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid }),
  });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, said };
}

const CLI = fileURLToPath(new URL('../../src/main/cli.ts', import.meta.url));
