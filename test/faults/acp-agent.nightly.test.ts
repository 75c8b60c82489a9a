/**
 * An agent that speaks ACP, as a child of the host daemon: it ends with the daemon, however that ends, and no question
 * reaches it twice. On this machine, and behind a real sshd.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { packagePrograms } from '../../src/config/programs.ts';
import { startLaptop } from '../support/laptop.ts';
import { startedFor } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const SCRIPTED = fileURLToPath(new URL('../host/agents/acp/programs/scripted-agent.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

function scripted() {
  const state = mkdtempSync(join(tmpdir(), 'paliadin-acp-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  return {
    env: {
      PALIADIN_ACCESS: 'owner',
      PALIADIN_AGENT: 'acp',
      PALIADIN_AGENT_COMMAND: `${process.execPath} ${SCRIPTED} --state ${state} --stubborn`,
    },
    given(): string[] {
      const file = join(state, 'prompts.jsonl');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
      return lines.map((line) => JSON.parse(line).message);
    },
    release: (name: string) => writeFileSync(join(state, `release-${name}`), ''),
    processes: () => startedFor(state),
  };
}

test('a daemon that is killed without a word takes its agents along, and nothing is asked twice', {
  timeout: 90_000,
}, async () => {
  const agent = scripted();
  const gateway = await gatewayForTest({ env: agent.env });
  const owner = await somebody(gateway);
  const begun = await owner.ask('demo hold x');
  await owner.until(begun.turnId, 'chunk');
  expect(agent.processes()).not.toEqual([]);
  process.kill(await gateway.daemonPid(), 'SIGKILL');
  await until('its agent to be gone', () => agent.processes().length === 0);
  expect(await owner.finished(begun.turnId)).toMatchObject({
    status: 'failed',
    error: { code: 'agent_stopped', detail: 'agent and daemon ended together' },
  });

  const deaf = await owner.ask('demo deaf');
  await until('the agent to have it', () => agent.given().includes('demo deaf'));
  process.kill(await gateway.daemonPid(), 'SIGKILL');
  expect(await owner.finished(deaf.turnId)).toMatchObject({ status: 'unknown', error: { code: 'outcome_unknown' } });

  const next = await owner.ask('And now?');
  expect(await owner.finished(next.turnId)).toMatchObject({
    status: 'completed',
    response: 'This is question 3 of our conversation.',
  });
  expect(agent.given()).toEqual(['demo hold x', 'demo deaf', 'And now?']);
});

test('an answer is streamed over ssh, and a question can be stopped there', { timeout: 180_000 }, async () => {
  const agent = scripted();
  const laptop = await startLaptop({ env: agent.env });
  onTestFinished(() => laptop.dispose());
  cpSync(packagePrograms.skill, join(dirname(laptop.shim), 'skill'), { recursive: true });
  const gateway = await gatewayForTest({ laptop, env: { PALIADIN_ACCESS: 'owner' } });
  const owner = await somebody(gateway);
  const held = await owner.ask('demo hold x');
  await owner.until(held.turnId, 'chunk');
  agent.release('x');
  expect(await owner.finished(held.turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half.\n\nThis is the second half.',
  });
  const stopped = await owner.ask('demo hold y');
  await owner.until(stopped.turnId, 'chunk');
  await (await gateway.as('owner')).cancel(stopped.turnId);
  expect(await owner.finished(stopped.turnId)).toMatchObject({ status: 'cancelled' });
});

test('where several people may ask, it runs in the sandbox, and sees neither the owner’s home nor their key', async () => {
  const env = {
    ANTHROPIC_API_KEY: 'the-owners-own-key',
    OPENAI_API_KEY: 'another-key',
    PALIADIN_AGENT: 'acp',
    PALIADIN_AGENT_COMMAND: `${process.execPath} ${SCRIPTED}`,
    PALIADIN_SANDBOX_READ: REPOSITORY,
  };
  const gateway = await gatewayForTest({ env });
  const anna = await gateway.as('anna');
  const turn = await anna.answer('demo environment');
  expect(turn).toMatchObject({ status: 'completed', error: null });
  const seen = JSON.parse(turn.response);
  expect(seen.HOME).toMatch(/\/homes\/[^/]+\/home$/);
  expect(seen.ANTHROPIC_BASE_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/model$/);
  expect(JSON.stringify(seen)).not.toMatch(/the-owners-own-key|another-key/);
  expect(seen.USER).toBe('agent');
}, 90_000);
