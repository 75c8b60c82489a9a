/** A sandboxed agent has no network; the application's tools are the one thing that it reaches. */
import { describe, expect, test } from 'vitest';
import { WHY_NO_SANDBOX } from '../host/isolation/sandboxed.ts';
import { useCases } from './use-apps.ts';

// A start in a sandbox, on a busy machine.
const LONG = 90_000;

describe.skipIf(WHY_NO_SANDBOX !== null)('in a sandbox', () => {
  const here = useCases({ PALIADIN_ISOLATION: 'sandbox' });

  test('the agent reaches the application’s tools', { timeout: LONG }, async () => {
    const ana = await here.gateway.as('jwt:ana');
    expect((await ana.answer('Which of my cases are overdue?')).response).toContain('(app:/cases/42)');
  });
});
