/** HAPI: its hub, and a session that the hub drives without a terminal; a client like its web app asks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { until } from '../../test/support/until.ts';
import type { PeerClient, PeerNeeds } from './client.ts';

export async function hapi({ program, packages, env, work, directory }: PeerNeeds): Promise<PeerClient> {
  const binary = join(
    packages,
    'hapi',
    'node_modules',
    '@twsxtd',
    `hapi-${process.platform}-${process.arch}`,
    'bin',
    'hapi',
  );
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(program, join(bin, 'claude'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = {
    ...env,
    PATH: `${bin}:${env.PATH}`,
    HAPI_HOME: join(directory, 'hapi'),
    HAPI_LISTEN_HOST: '127.0.0.1',
    HAPI_LISTEN_PORT: String(port),
    HAPI_API_URL: url,
    CLI_API_TOKEN: TOKEN,
  };
  const children: ChildProcess[] = [];
  const start = (...args: string[]) => {
    const child = spawn(binary, args, { cwd: work, env: own, stdio: ['ignore', 'ignore', 'ignore'], detached: true });
    children.push(child);
    return child;
  };
  start('hub', '--no-relay');
  const signedIn = async () => {
    const response = await fetch(`${url}/api/auth`, {
      method: 'POST',
      headers: JSON_BODY,
      body: JSON.stringify({ accessToken: TOKEN }),
    }).catch(() => null);
    return response?.ok ? ((await response.json()) as { token: string }).token : null;
  };
  const token = await until('HAPI’s hub', signedIn, START_MS);
  const headers = { authorization: `Bearer ${token}` };
  start('claude', '--hapi-starting-mode', 'remote', '--started-by', 'runner');
  const session = await until(
    'HAPI’s session',
    async () => {
      const response = await fetch(`${url}/api/sessions`, { headers });
      const { sessions } = (await response.json()) as { sessions: { id: string; active: boolean }[] };
      return sessions.find(({ active }) => active)?.id;
    },
    START_MS,
  );

  let heard: (line: string) => void = () => {};
  const stream = request(`${url}/api/events?all=true&sessionId=${session}`, { headers }, (response) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) heard(line);
    });
  });
  const opened = new Promise((resolve) => stream.once('response', resolve));
  stream.end();
  await opened;

  return {
    name: 'HAPI, headless',
    final: 'its event `ready`',
    async ask(prompt) {
      const asked = { submitted: performance.now(), text: null as number | null, final: 0 };
      const { promise, resolve } = Promise.withResolvers<void>();
      heard = (line) => {
        if (/"role":"agent"|"type":"assistant"/.test(line) && /"type":"text"/.test(line))
          asked.text ??= performance.now();
        if (!/"type":"ready"/.test(line)) return;
        asked.final = performance.now();
        resolve();
      };
      const body = JSON.stringify({ text: prompt });
      const posted = await fetch(`${url}/api/sessions/${session}/messages`, {
        method: 'POST',
        headers: { ...headers, ...JSON_BODY },
        body,
      });
      if (!posted.ok) throw new Error(`HAPI: ${posted.status} ${await posted.text()}`);
      await promise;
      return asked;
    },
    pids: () => children.map(({ pid }) => pid ?? 0),
    async [Symbol.asyncDispose]() {
      stream.destroy();
      for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    },
  };
}

const TOKEN = 'a-token-of-no-worth-0123456789abcdef';
const JSON_BODY = { 'content-type': 'application/json' };
const START_MS = 40_000;
