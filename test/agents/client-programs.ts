/** Programs that exist, as clients of a gateway with the demo agent. Each has a home of its own, and can reach nobody else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { cliCommand } from '../cli/run-cli.ts';
import { files } from '../support/files.ts';
import type { TestGateway } from '../support/gateway.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { refuseNetwork } from './claude-owner.ts';

export interface Ran {
  code: number | NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Of the command that started this one; undefined where the program can't be had here. */
export function clientProgram(name: string): string | undefined {
  const clients: { name: string; program: string }[] = JSON.parse(process.env.TEST_CLIENTS ?? '[]');
  return clients.find((client) => client.name === name)?.program;
}

/** Its working directory has `plan.png` and `notes.txt`. */
export async function clientHome(gateway: TestGateway, subject: string) {
  refuseNetwork();
  const { path: home, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const { token } = await gateway.as(subject);
  const work = join(home, 'work');
  await mkdir(work);
  await writeFile(join(work, 'plan.png'), files['image/png']);
  await writeFile(join(work, 'notes.txt'), files['text/plain']);
  await configure(home, `${gateway.url}/v1`);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    PALIADIN_URL: gateway.url,
    PALIADIN_TOKEN: token,
  };
  return {
    run: async (program: string, ...args: string[]): Promise<Ran> => {
      const child = spawn(program, args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const [stdout, stderr, [code, signal]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      return { code: code ?? signal, stdout, stderr };
    },
  };
}

/** `paliadin acp`, as one line. */
export const ACP_COMMAND = cliCommand('acp').join(' ');

/** As docs/clients.md says. */
async function configure(home: string, baseURL: string): Promise<void> {
  await mkdir(join(home, '.codex'));
  await writeFile(
    join(home, '.codex', 'config.toml'),
    `model = "paliadin"
model_provider = "paliadin"
model_reasoning_summary = "auto"

[model_providers.paliadin]
name = "Paliadin"
base_url = "${baseURL}"
env_key = "PALIADIN_TOKEN"
wire_api = "responses"
`,
  );
  const opencode = join(home, '.config', 'opencode');
  await mkdir(opencode, { recursive: true });
  const models = {
    paliadin: { name: 'Paliadin', attachment: true, modalities: { input: ['text', 'image', 'pdf'], output: ['text'] } },
  };
  const paliadin = {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL, apiKey: '{env:PALIADIN_TOKEN}' },
    models,
  };
  const quiet = { autoupdate: false, share: 'disabled' };
  await writeFile(
    join(opencode, 'opencode.json'),
    JSON.stringify({ model: 'paliadin/paliadin', provider: { paliadin }, ...quiet }),
  );
}
