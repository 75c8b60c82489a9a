import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hosts } from '../../src/contract/admin/hosts.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { gatewayForTest } from '../support/use-gateway.ts';

test('the dashboard shows the version that the agent’s program reports', async () => {
  const program = join(await temporaryDirectory(), 'claude');
  await writeFile(program, `#!/bin/sh\necho '2.1.4 (Claude Code)'\n`, { mode: 0o755 });
  const env = { PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: program, PALIADIN_DRIVER: 'reply-file' };
  const gateway = await gatewayForTest({ env: { ...env, PALIADIN_ISOLATION: 'none', PALIADIN_ACCESS: 'owner' } });
  const owner = await gateway.as('owner');
  const told = hosts.parse(await (await owner.call('GET', '/api/admin/hosts')).json());
  expect(told.hosts).toMatchObject([{ agent: 'claude', agentVersion: '2.1.4', driver: 'reply-file' }]);
});
