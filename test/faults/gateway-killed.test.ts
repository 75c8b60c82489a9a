/** The gateway is killed: the question is typed once, the answer is whole. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';

test('F1: killed in the middle of an answer, the gateway goes on with it after its start', async () => {
  await using gateway = await startTestGateway();
  const owner = await gateway.as('owner');
  const { session } = await owner.me();
  const { turnId } = await owner.ask('demo hold here');
  const half = await owner.until(turnId, 'chunk');
  await gateway.end('SIGKILL');
  await gateway.start();
  await writeFile(join(gateway.agentDirectory(session.name), 'release-here'), '');
  const turn = await owner.finished(turnId);
  expect(turn.status).toBe('completed');
  expect(half.type === 'chunk' && turn.response.startsWith(half.text)).toBe(true);
  expect(await gateway.prompts(session.name)).toHaveLength(1);
});
