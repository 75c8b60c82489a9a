/** `claude -p --continue`: a Claude Code for each question. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PeerClient, PeerNeeds } from './client.ts';

export async function claudePrint({ program, env, work }: PeerNeeds): Promise<PeerClient> {
  let isFirst = true;
  return {
    name: 'claude -p --continue',
    final: 'its end',
    async ask(prompt) {
      const submitted = performance.now();
      const child = spawn(program, ['-p', ...(isFirst ? [] : ['--continue']), prompt], {
        cwd: work,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      isFirst = false;
      child.stdout.resume();
      await once(child, 'close');
      return { submitted, text: null, final: performance.now() };
    },
    pids: () => [],
    async [Symbol.asyncDispose]() {},
  };
}
