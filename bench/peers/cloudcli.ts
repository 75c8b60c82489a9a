/** CloudCLI: its server, and a client like its web app. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { until } from '../../test/support/until.ts';
import type { PeerClient, PeerNeeds } from './client.ts';

export async function cloudCli({ program, packages, env, work, directory }: PeerNeeds): Promise<PeerClient> {
  const entry = join(
    packages,
    'cloudcli',
    'node_modules',
    '@cloudcli-ai',
    'cloudcli',
    'dist-server',
    'server',
    'index.js',
  );
  const port = await freePort();
  mkdirSync(directory, { recursive: true });
  const child = spawn(process.execPath, [entry], {
    cwd: work,
    env: {
      ...env,
      SERVER_PORT: String(port),
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_PATH: join(directory, 'cloudcli.db'),
      CLAUDE_CLI_PATH: program,
    },
    stdio: ['ignore', 'ignore', 'ignore'],
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  async function post(path: string, body: object, token = ''): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`CloudCLI: ${path} ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }
  const person = { username: 'owner', password: 'of-no-worth-1' };
  const { token } = (await until(
    'CloudCLI’s server',
    async () => ((await fetch(url).catch(() => null)) === null ? null : post('/api/auth/register', person)),
    START_MS,
  )) as { token: string };
  const created = await post('/api/providers/sessions', { provider: 'claude', projectPath: work }, token);
  const sessionId = /"(?:id|sessionId)":"([^"]+)"/.exec(JSON.stringify(created))?.[1];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?token=${token}`);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  return {
    name: 'CloudCLI, headless',
    final: 'its message `complete`',
    ask(prompt) {
      const { promise, resolve, reject } = Promise.withResolvers<{
        submitted: number;
        text: number | null;
        final: number;
      }>();
      const asked = { submitted: performance.now(), text: null as number | null, final: 0 };
      socket.onmessage = ({ data }) => {
        const line = String(data);
        const { kind } = JSON.parse(line) as { kind?: string };
        if (kind === 'protocol_error' || kind === 'error') reject(new Error(line));
        if (kind === 'text' || kind === 'stream_delta') asked.text = performance.now();
        if (kind === 'complete') resolve({ ...asked, final: performance.now() });
      };
      socket.send(JSON.stringify({ type: 'chat.send', sessionId, content: prompt, options: {} }));
      return promise;
    },
    pids: () => [child.pid ?? 0],
    async [Symbol.asyncDispose]() {
      socket.close();
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    },
  };
}

const START_MS = 40_000;
