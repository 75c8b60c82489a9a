/** `paliadin acp` as a program of its own, driven by the ACP library's own client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import {
  client,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk';
import { onTestFinished } from 'vitest';
import { cliCommand } from '../cli/run-cli.ts';

export type Outcome = RequestPermissionResponse['outcome'];

export function acpClient({
  env,
  args = [],
  decide = () => ({ outcome: 'cancelled' }),
}: {
  env: Record<string, string>;
  args?: string[];
  decide?: (request: RequestPermissionRequest) => Outcome | Promise<Outcome>;
}) {
  const [command, ...rest] = cliCommand('acp', ...args);
  const child: ChildProcess = spawn(command, rest, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const updates: { sessionId: string; update: SessionUpdate }[] = [];
  const permissions: RequestPermissionRequest[] = [];
  const app = client({ name: 'an editor' });
  app.onNotification(methods.client.session.update, ({ params }) => void updates.push(params));
  app.onRequest(methods.client.session.requestPermission, async ({ params }) => {
    permissions.push(params);
    return { outcome: await decide(params) };
  });
  const { readable, writable } = Duplex.toWeb(
    Duplex.from({ readable: child.stdout as NodeJS.ReadableStream, writable: child.stdin as NodeJS.WritableStream }),
  );
  const { agent } = app.connect(ndJsonStream(writable, readable as ReadableStream<Uint8Array>));
  const textOf = (kind: 'agent_message_chunk' | 'user_message_chunk') =>
    updates
      .map(({ update }) => (update.sessionUpdate === kind && update.content.type === 'text' ? update.content.text : ''))
      .join('');
  return {
    agent,
    child,
    updates,
    permissions,
    stderr: () => stderr,
    hello: () => agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} }),
    create: async () => (await agent.request('session/new', { cwd: '/tmp', mcpServers: [] })).sessionId,
    load: (sessionId: string) => agent.request('session/load', { sessionId, cwd: '/tmp', mcpServers: [] }),
    prompt: (sessionId: string, text: string) =>
      agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }),
    text: () => textOf('agent_message_chunk'),
    asked: () => textOf('user_message_chunk'),
  };
}
