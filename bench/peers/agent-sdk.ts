/** The Agent SDK by itself: one Claude Code without a terminal, which gets question after question. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PeerClient, PeerNeeds } from './client.ts';

interface Message {
  type: string;
  message?: { content?: { type: string }[] };
}
type Query = (options: object) => AsyncIterable<Message> & { close?(): void };

export async function agentSdk({ program, packages, env, work }: PeerNeeds): Promise<PeerClient> {
  const sdk = pathToFileURL(
    join(packages, 'agent-sdk', 'node_modules', '@anthropic-ai', 'claude-agent-sdk', 'sdk.mjs'),
  ).href;
  const { query } = (await import(sdk)) as { query: Query };
  let push: (text: string | null) => void = () => {};
  async function* prompts() {
    for (;;) {
      const text = await new Promise<string | null>((resolve) => {
        push = resolve;
      });
      if (text === null) return;
      const message = { role: 'user', content: text };
      yield { type: 'user', message, parent_tool_use_id: null, session_id: '' };
    }
  }
  const options = {
    pathToClaudeCodeExecutable: program,
    cwd: work,
    env,
    settingSources: [],
    permissionMode: 'default',
  };
  const session = query({ prompt: prompts(), options });
  const messages = session[Symbol.asyncIterator]();
  return {
    name: 'Agent SDK, headless',
    final: 'its message `result`',
    async ask(prompt) {
      await new Promise(setImmediate); // until it waits for the next prompt
      const submitted = performance.now();
      push(prompt);
      let text: number | null = null;
      for (;;) {
        const { value, done } = await messages.next();
        if (done) throw new Error('the SDK has ended');
        if (value.type === 'assistant' && value.message?.content?.some(({ type }) => type === 'text')) {
          text = performance.now();
        }
        if (value.type === 'result') return { submitted, text, final: performance.now() };
      }
    },
    pids: () => [], // it is part of the program that uses it
    async [Symbol.asyncDispose]() {
      push(null);
      session.close?.();
    },
  };
}
