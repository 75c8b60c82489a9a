/** claude-agent-acp: the Agent SDK behind the Agent Client Protocol, by a plain client. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PeerClient, PeerNeeds } from './client.ts';

interface Line {
  id?: number;
  method?: string;
  params?: { update?: { sessionUpdate: string } };
  result?: { sessionId?: string };
  error?: object;
}

export async function claudeAgentAcp({ program, packages, env, work }: PeerNeeds): Promise<PeerClient> {
  const entry = join(packages, 'acp', 'node_modules', '@agentclientprotocol', 'claude-agent-acp', 'dist', 'index.js');
  const child = spawn(process.execPath, [entry], {
    cwd: work,
    env: { ...env, CLAUDE_CODE_EXECUTABLE: program },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers = new Map<number, (line: Line) => void>();
  child.once('exit', () => {
    for (const answer of answers.values()) answer({ error: { message: 'claude-agent-acp has ended' } });
  });
  let text = 0;
  createInterface({ input: child.stdout }).on('line', (json) => {
    const line = JSON.parse(json) as Line;
    if (line.params?.update?.sessionUpdate === 'agent_message_chunk') text = performance.now();
    if (line.id !== undefined && line.method === undefined) answers.get(line.id)?.(line);
  });
  let lastId = 0;
  function request(method: string, params: object): Promise<Line> {
    const id = ++lastId;
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return new Promise((resolve, reject) => {
      answers.set(id, (line) => {
        answers.delete(id);
        if (line.error) reject(new Error(JSON.stringify(line.error)));
        else resolve(line);
      });
    });
  }
  await request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  const { result } = await request('session/new', { cwd: work, mcpServers: [] });
  return {
    name: 'claude-agent-acp, headless',
    final: 'its answer to `session/prompt`',
    async ask(prompt) {
      const submitted = performance.now();
      text = 0;
      await request('session/prompt', { sessionId: result?.sessionId, prompt: [{ type: 'text', text: prompt }] });
      return { submitted, text: text || null, final: performance.now() };
    },
    pids: () => [child.pid ?? 0],
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
    },
  };
}
