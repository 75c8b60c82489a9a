/** A sandboxed agent has no network; the application's tools are the one thing that it reaches. */
import { expect, test } from 'vitest';
import { WHY_NO_SANDBOX } from '../host/isolation/sandboxed.ts';
import { useCases } from './use-apps.ts';

const here = useCases({ PALIADIN_ISOLATION: 'sandbox' });

test.skipIf(WHY_NO_SANDBOX !== null)(
  'in a sandbox the agent reaches the application’s tools',
  async () => {
    const ana = await here.gateway.as('jwt:ana');
    expect((await ana.answer('Which of my cases are overdue?')).response).toContain('(app:/cases/42)');
  },
  90_000,
);
