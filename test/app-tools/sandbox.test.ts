/** A sandboxed agent has no network; the application's tools are the one thing that it reaches. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { useCases } from './use-apps.ts';

const here = useCases({ PALIADIN_ISOLATION: 'sandbox' });
const canSandbox = spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-net', 'true']).status === 0;

test.runIf(canSandbox)(
  'in a sandbox the agent reaches the application’s tools',
  async () => {
    const ana = await here.gateway.as('jwt:ana');
    expect((await ana.answer('Which of my cases are overdue?')).response).toContain('(app:/cases/42)');
  },
  90_000,
);
